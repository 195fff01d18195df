use crate::KOP;

#[test]
fn a_document_without_a_readable_form_is_refused() {
    assert_refusals!(
        "kop",
        KOP,
        [
            ("YAML that breaks off", "x-envelope: kop", "x-envelope: [kop"),
            ("a key that stands twice", "x-envelope: kop", "x-envelope: kop\nx-envelope: kop"),
            ("a path that stands twice", "  /hm.order.p.handle:", "  /hm.order.p.query:"),
            ("a number that JSON cannot write", "                  orderType: 0", "                  orderType: .nan"),
            (
                "a number beyond int64",
                "                  orderType: 0",
                "                  orderType: 9223372036854775808"
            ),
            ("OpenAPI 3.0", "openapi: 3.1.1", "openapi: 3.0.3"),
            ("an envelope that is unknown", "x-envelope: kop", "x-envelope: soap"),
            ("no envelope", "x-envelope: kop\n", ""),
            ("a list for a mapping", "paths:\n", "paths: []\nx-paths:\n"),
            ("a mapping for a list", "servers:\n  - url: /kop\n    description: 测试服务\n", "servers:\n  url: /kop\n"),
            ("a number for a string", "      x-section: 2.2.7", "      x-section: 2.2"),
            ("a string for a boolean", "          x-trim: true", "          x-trim: 'true'"),
            ("a blank text", "description: 没有数据}", "description: ' '}"),
            ("a negative count", "          minItems: 1\n", "          minItems: -1\n"),
        ]
    );
}

#[test]
fn a_name_that_nothing_bears_or_two_things_bear_is_refused() {
    assert_refusals!(
        "kop",
        KOP,
        [
            ("a schema that is not there", "'#/components/schemas/OrderPage'", "'#/components/schemas/OrderBook'"),
            ("a schema in another file", "'#/components/schemas/OrderPage'", "'common.yaml#/OrderPage'"),
            ("a response that is not there", "'#/components/responses/NotFound'", "'#/components/responses/Gone'"),
            (
                "a header that is not there",
                "'#/components/headers/ContractWarnings'",
                "'#/components/headers/Warnings'"
            ),
            ("a tag that is not there", "      tags:\n        - 订单", "      tags:\n        - 定单"),
            ("a security scheme that is not there", "  - kopSignature: []", "  - signature: []"),
            (
                "a response that refers to itself",
                "    BadRequest:\n      description: 请求违反契约\n",
                "    BadRequest:\n      $ref: '#/components/responses/BadRequest'\n"
            ),
            ("a schema that nobody uses", "    OrderId:\n", "    Spare:\n      type: boolean\n    OrderId:\n"),
            ("a response that nobody uses", "        '404':\n          $ref: '#/components/responses/NotFound'\n", ""),
            (
                "a header that nobody uses",
                "  headers:\n    ContractWarnings:",
                "  headers:\n    RetryAfter: {}\n    ContractWarnings:"
            ),
            ("a security scheme that nobody uses", "  - kopSignature: []", "  - {}"),
            ("a tag that nobody uses", "      tags:\n        - 样例", "      tags:\n        - 订单"),
            ("a tag in no group", "    tags:\n      - 订单\n      - 样例\n", "    tags:\n      - 订单\n"),
            ("a tag in two groups", "    tags:\n      - 订单\n      - 样例\n", "    tags: [订单, 样例, 订单]\n"),
            (
                "a group of a tag that is not there",
                "    tags:\n      - 订单\n      - 样例\n",
                "    tags: [订单, 样例, 会员]\n"
            ),
            ("a tag that stands twice", "  - name: 样例\n    description", "  - name: 订单\n    description"),
            ("an operationId that is taken", "operationId: handleOrder", "operationId: queryOrders"),
            ("an operationId that is taken in Rust", "operationId: handleOrder", "operationId: queryORDERS"),
            (
                "a property that is taken in Rust",
                "        userID:\n",
                "        userId: {type: [boolean, 'null'], description: 用户}\n        userID:\n"
            ),
            ("a schema that is taken in Rust", "    OrderId:\n", "    OrderID:\n      type: boolean\n    OrderId:\n"),
            ("a property that makes no Rust name", "        userID:\n", "        用户:\n"),
            ("a property that is reserved in Rust", "        userID:\n", "        self:\n"),
            ("an operationId that makes no Rust name", "operationId: handleOrder", "operationId: handle-order"),
            ("a required name without a property", "required: [remark]", "required: [remark, note]"),
            ("a required name that stands twice", "required: [remark]", "required: [remark, remark]"),
            (
                "a schema that contains itself",
                "{$ref: '#/components/schemas/OrderDetail', description: 明细，要求时才有}",
                "{$ref: '#/components/schemas/Order', description: 明细}"
            ),
        ]
    );
}
