use crate::KOP;

#[test]
fn a_field_is_refused_unless_it_has_one_of_the_four_shapes() {
    assert_refusals!(
        "kop",
        KOP,
        [
            ("no description", "          description: 用户类型\n", ""),
            ("no description in place or at the reference", ", description: 跟踪号}", "}"),
            (
                "optional, but never null",
                "required: [orderType, userType, version, remark",
                "required: [orderType, userType, remark"
            ),
            (
                "a list that is optional, but never null",
                "required: [orderType, userType, version, remark, orderIds, items]",
                "required: [orderType, userType, version, remark, items]"
            ),
            (
                "items that may be null",
                "          items:\n            type: integer\n",
                "          items:\n            type: [integer, 'null']\n"
            ),
            (
                "items that are lists",
                "          items:\n            type: integer\n            format: int32\n            minimum: 0\n            maximum: 9\n",
                "          items: {type: array, items: {$ref: '#/components/schemas/OrderId'}}\n"
            ),
            ("a list without items", "          items:\n            $ref: '#/components/schemas/OrderId'\n", ""),
            ("a list with crossed limits", "          maxItems: 100\n", "          maxItems: 0\n"),
            ("a list as a component", "    TraceId:\n      type: string", "    TraceId:\n      type: array"),
            (
                "an object in place",
                "        remark: {type: [string, 'null'], description: 备注, maxLength: 500, examples: [无]}",
                "        remark: {type: object, description: 备注}"
            ),
            (
                "an object that may be null",
                "    OrderDetail:\n      type: object",
                "    OrderDetail:\n      type: [object, 'null']"
            ),
            (
                "null in place",
                "        remark: {type: [string, 'null'], description: 备注, maxLength: 500, examples: [无]}",
                "        remark: {type: [string, 'null'], description: 备注, enum: [null]}"
            ),
            (
                "null outside an envelope",
                "        remark: {type: [string, 'null'], description: 备注, maxLength: 500, examples: [无]}",
                "        remark: {$ref: '#/components/schemas/NoData', description: 备注}"
            ),
            ("null first", "          type: [boolean, 'null']", "          type: ['null', boolean]"),
            ("two types", "          type: [boolean, 'null']", "          type: [boolean, string]"),
            ("a type that is unknown", "          type: [boolean, 'null']", "          type: [number, 'null']"),
            ("oneOf", "          type: [boolean, 'null']\n", "          oneOf: []\n"),
        ]
    );
}

#[test]
fn a_scalar_is_refused_unless_its_limits_are_complete_and_agree() {
    assert_refusals!(
        "kop",
        KOP,
        [
            (
                "an integer without a format",
                "          format: int64\n          description: 总数",
                "          description: 总数"
            ),
            (
                "an integer with a format that is unknown",
                "          format: int64\n          description: 总数",
                "          format: uint64\n          description: 总数"
            ),
            ("an integer without limits", "          minimum: 0\n          maximum: 10000\n", ""),
            ("an integer with one limit", "          maximum: 10000\n", ""),
            ("an integer with crossed limits", "          maximum: 10000\n", "          maximum: -1\n"),
            ("a limit beyond int32", "          maximum: 999\n", "          maximum: 2147483648\n"),
            ("a limit beyond what JavaScript reads", "maximum: 9007199254740991", "maximum: 9007199254740992"),
            ("an enum with a gap", "          enum: [2, 1, 3, null]", "          enum: [2, 1, 4, null]"),
            ("an enum with a repeat", "          enum: [2, 1, 3, null]", "          enum: [2, 1, 2, null]"),
            ("an enum of strings with a repeat", "enum: ['', wechat, a.b, null]", "enum: ['', wechat, '', null]"),
            (
                "an enum without null where the type has it",
                "          enum: [2, 1, 3, null]",
                "          enum: [2, 1, 3]"
            ),
            ("an enum with null where the type has none", "          enum: [0, 1]", "          enum: [0, 1, null]"),
            ("an enum of another type", "          enum: [0, 1]", "          enum: ['0', '1']"),
            ("an enum of nothing", "          enum: [0, 1]", "          enum: []"),
            (
                "a const that may be null",
                "          type: string\n          description: 版本",
                "          type: [string, 'null']\n          description: 版本"
            ),
            ("a const beside an enum", "          const: 7", "          const: 7\n          enum: [7]"),
            (
                "a const beyond the limits",
                "          const: 7",
                "          const: 7\n          minimum: 8\n          maximum: 9"
            ),
            ("a format that is unknown", "          format: day", "          format: date"),
            ("a kind of sample that is unknown", "          x-faker: day", "          x-faker: today"),
            ("a string without a bound", "      type: string\n      maxLength: 500\n", "      type: string\n"),
            (
                "a string whose pattern sets no bound",
                "          maxLength: 500\n          pattern",
                "          pattern"
            ),
            ("a string without a sample", "      x-faker: trace-id\n", ""),
            ("a string with crossed limits", "          minLength: 1\n", "          minLength: 501\n"),
            ("an example that is too long", "          minLength: 1\n", "          minLength: 5\n"),
            (
                "an example that the pattern refuses",
                "          pattern: '^[^\\x00]*$'\n          examples",
                "          pattern: '^[a-z]*$'\n          examples"
            ),
            ("an example beyond the limits", "          examples: [0, 1]", "          examples: [0, 1000]"),
            (
                "an example outside the enum",
                "          enum: [0, 1]",
                "          enum: [0, 1]\n          examples: [2]"
            ),
            ("an example of another type", "          examples: [true]", "          examples: [1]"),
            ("a null example where the type has none", "examples: [订单不存在]", "examples: [订单不存在, null]"),
        ]
    );
}

#[test]
fn a_pattern_is_refused_unless_every_engine_reads_it_alike() {
    const PATTERN: &str = "'^[0-9a-f]{16}$'";
    assert_refusals!(
        "kop",
        KOP,
        [
            ("without an anchor", PATTERN, "'[0-9a-f]{16}'"),
            ("without an anchor at the end", PATTERN, "'^[0-9a-f]{16}'"),
            ("with an anchor in each alternative alone", PATTERN, "'^[0-9]{16}|[a-f]{16}$'"),
            ("with an escaped anchor", PATTERN, "'^[0-9a-f]{16}\\*$|\\x24'"),
            ("with a class of digits", PATTERN, "'^\\d{16}$'"),
            ("with an escape that breaks off", PATTERN, "'^\\x2$'"),
            ("with a code point in braces", PATTERN, "'^\\x{41}$'"),
            ("with a look-ahead", PATTERN, "'^(?=a)[0-9a-f]{16}$'"),
            ("with a flag", PATTERN, "'^(?i)[0-9a-f]{16}$'"),
            ("with any character", PATTERN, "'^.{16}$'"),
            ("with a class in a class", PATTERN, "'^[[:xdigit:]]{16}$'"),
            ("with a difference of classes", PATTERN, "'^[a-z--g]{16}$'"),
            ("with a bracket at the start of a class", PATTERN, "'^[]a]{16}$'"),
            ("that does not parse", PATTERN, "'^([0-9a-f]{16}$'"),
        ]
    );
}
