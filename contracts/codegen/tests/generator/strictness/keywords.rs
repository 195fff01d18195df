use crate::KOP;

#[test]
fn a_keyword_that_the_generator_does_not_know_is_refused_wherever_it_stands() {
    assert_refusals!(
        "kop",
        KOP,
        [
            ("of the document", "x-envelope: kop", "x-envelope: kop\nwebhooks: {}"),
            ("of info", "  summary: 用到", "  termsOfService: none\n  summary: 用到"),
            ("of the contact", "    name: 北极星换电接口组", "    name: 北极星换电接口组\n    email: a@b.c"),
            ("of the license", "    identifier: MIT", "    url: none\n    identifier: MIT"),
            ("of a server", "    description: 测试服务", "    description: 测试服务\n    variables: {}"),
            ("of a tag", "    description: 换电订单", "    description: 换电订单\n    externalDocs: {}"),
            ("of a tag group", "  - name: 全部", "  - name: 全部\n    x-collapsed: true"),
            ("of a path item", "  /hm.order.p.query:\n", "  /hm.order.p.query:\n    parameters: []\n"),
            (
                "of an operation",
                "      operationId: queryOrders",
                "      operationId: queryOrders\n      deprecated: true"
            ),
            ("of a request body", "        required: true", "        required: true\n        description: 请求"),
            ("of a content", "          application/json:", "          text/plain: {}\n          application/json:"),
            ("of a media type", "            examples:", "            encoding: {}\n            examples:"),
            (
                "of an example",
                "                summary: 按手机号",
                "                summary: 按手机号\n                externalValue: none"
            ),
            (
                "of a response",
                "          description: 一页订单",
                "          description: 一页订单\n          links: {}"
            ),
            (
                "of a shared response",
                "      description: 请求违反契约",
                "      description: 请求违反契约\n      links: {}"
            ),
            (
                "of the reference to a header",
                "              $ref: '#/components/headers/ContractWarnings'",
                "              required: true\n              $ref: '#/components/headers/ContractWarnings'"
            ),
            (
                "of a header",
                "      description: 契约没有的请求字段",
                "      description: 契约没有的请求字段\n      required: true"
            ),
            (
                "of a header's schema",
                "        examples: [/pageSzie]",
                "        examples: [/pageSzie]\n        deprecated: true"
            ),
            (
                "of the reference to a body",
                "              $ref: '#/components/schemas/QueryOrdersRequest'",
                "              $ref: '#/components/schemas/QueryOrdersRequest'\n              description: 请求"
            ),
            ("of the components", "  securitySchemes:", "  parameters: {}\n  securitySchemes:"),
            ("of a security scheme", "      in: query", "      bearerFormat: JWT\n      in: query"),
            (
                "of an object",
                "      description: 一页订单\n      required",
                "      description: 一页订单\n      additionalProperties: false\n      required"
            ),
            ("of an envelope", "      description: 失败\n", "      description: 失败\n      minProperties: 1\n"),
            (
                "of the reference to a schema",
                "{$ref: '#/components/schemas/OrderPage', ",
                "{$ref: '#/components/schemas/OrderPage', nullable: true, "
            ),
            ("of a list", "          minItems: 1\n", "          minItems: 1\n          uniqueItems: true\n"),
            ("of a string", "          x-trim: true\n", "          x-trim: true\n          deprecated: true\n"),
            ("of an integer", "          maximum: 10000\n", "          maximum: 10000\n          multipleOf: 5\n"),
            (
                "of an integer, though a string may have it",
                "          maximum: 10000\n",
                "          maximum: 10000\n          maxLength: 5\n"
            ),
            (
                "of a boolean, though an integer may have it",
                "          description: 是否还有下一页\n",
                "          description: 是否还有下一页\n          enum: [true]\n"
            ),
            ("of a named scalar", "      x-faker: trace-id\n", "      x-faker: trace-id\n      title: 跟踪号\n"),
            ("of what is always null", "      enum: [null]", "      enum: [null]\n      maxLength: 1"),
        ]
    );
}
