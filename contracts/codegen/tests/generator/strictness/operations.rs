use codegen::generate;

use crate::{FLAT, KOP};

#[test]
fn an_operation_is_refused_unless_it_is_a_post_with_a_body_and_an_answer() {
    assert_refusals!(
        "kop",
        KOP,
        [
            ("another method", "  /hm.order.p.handle:\n    post:", "  /hm.order.p.handle:\n    put:"),
            ("a method more", "  /hm.order.p.handle:\n", "  /hm.order.p.handle:\n    get: {}\n"),
            ("a parameter in the path", "  /hm.order.p.handle:", "  /order/{id}:"),
            ("a path without a slash", "  /hm.order.p.handle:", "  hm.order.p.handle:"),
            ("no operationId", "      operationId: handleOrder\n", ""),
            ("no summary", "      summary: 处理订单\n", ""),
            ("no section", "      x-section: 2.2.7\n", ""),
            ("a status that is unknown", "x-status: provisional", "x-status: draft"),
            ("a body that may be left out", "        required: true", "        required: false"),
            ("a body that is no object", "'#/components/schemas/HandleOrderRequest'", "'#/components/schemas/OrderId'"),
            (
                "a body that is described in place",
                "              $ref: '#/components/schemas/HandleOrderRequest'",
                "              type: object"
            ),
            ("a body of another media type", "          application/json:", "          application/xml:"),
            (
                "an example without a value",
                "                value:\n                  phone: '13333111222'\n                  orderType: 0\n",
                ""
            ),
            (
                "a success for a failure",
                "        '200':\n          description: 已处理",
                "        '500':\n          description: 已处理"
            ),
            (
                "no response 200",
                "        '200':\n          description: 已删除\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/DeleteOrderReply'\n",
                ""
            ),
            ("a status that is neither success nor failure", "        '409':", "        '302':"),
            ("a status that is no number", "        '409':", "        default:"),
            (
                "an envelope with a field more",
                "        data: {$ref: '#/components/schemas/OrderPage', description: 一页订单}",
                "        data: {$ref: '#/components/schemas/OrderPage', description: 一页订单}\n        total: {$ref: '#/components/schemas/SuccessMsg', description: 总数}"
            ),
            (
                "an envelope whose data may be null",
                "        data: {$ref: '#/components/schemas/OrderPage', description: 一页订单}",
                "        data: {$ref: '#/components/schemas/SuccessMsg', description: 一页订单}"
            ),
            (
                "an envelope in a field",
                "{$ref: '#/components/schemas/OrderDetail', description: 明细，要求时才有}",
                "{$ref: '#/components/schemas/DeleteOrderReply', description: 明细}"
            ),
        ]
    );
}

#[test]
fn failures_of_one_operation_with_different_data_are_refused() {
    let two = KOP
        .replace("    HandleOrderData:\n", "    DeleteOrderFailure:\n      type: object\n      description: 失败\n      required: [code, msg, data, traceId]\n      properties:\n        code: {$ref: '#/components/schemas/FailureCode', description: 结果码}\n        msg: {$ref: '#/components/schemas/FailureMsg', description: 失败原因}\n        data: {$ref: '#/components/schemas/OrderItem', description: 明细}\n        traceId: {$ref: '#/components/schemas/TraceId', description: 跟踪号}\n    HandleOrderData:\n")
        .replace("        '409':\n", "        '404':\n          description: 没有\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/DeleteOrderFailure'\n        '409':\n");
    let error = generate("kop", &two).expect_err("two kinds of data").to_string();
    let place = "openapi/kop.yaml#/paths/~1hm.order.p.handle/post/responses/409";
    assert_eq!(error, format!("{place}: the failures of one operation should carry the same `data`"));
}

#[test]
fn a_flat_reply_is_refused_unless_it_is_a_success_or_a_refusal() {
    assert_refusals!(
        "flat",
        FLAT,
        [
            (
                "a keyword beside oneOf",
                "      description: 押金，或拒绝\n",
                "      description: 押金，或拒绝\n      discriminator: {}\n"
            ),
            (
                "a keyword of an alternative",
                "        - $ref: '#/components/schemas/Refusal'",
                "        - $ref: '#/components/schemas/Refusal'\n          description: 拒绝"
            ),
            (
                "a third alternative",
                "        - $ref: '#/components/schemas/Refusal'",
                "        - $ref: '#/components/schemas/Refusal'\n        - $ref: '#/components/schemas/Deposit'"
            ),
            (
                "a success with a sentence",
                "      x-section: '1.1'\n",
                "      x-section: '1.1'\n      x-success-msg: true\n"
            ),
            ("no success", "        - $ref: '#/components/schemas/QueryDepositSuccess'\n", ""),
            (
                "a success without msg",
                "        msg: {$ref: '#/components/schemas/OptionalMsg', description: 提示}\n",
                ""
            ),
            (
                "a success that a field refers to",
                "deposit: {$ref: '#/components/schemas/Deposit'",
                "deposit: {$ref: '#/components/schemas/RefundDepositSuccess'"
            ),
            (
                "a reply without oneOf",
                "                $ref: '#/components/schemas/QueryDepositReply'",
                "                $ref: '#/components/schemas/QueryDepositSuccess'"
            ),
            (
                "a Refusal for 400",
                "        '400':\n          $ref: '#/components/responses/BadRequest'",
                "        '400':\n          $ref: '#/components/responses/InternalError'"
            ),
            (
                "an InvalidRequest for 500",
                "        '500':\n          $ref: '#/components/responses/InternalError'",
                "        '500':\n          $ref: '#/components/responses/BadRequest'"
            ),
            (
                "oneOf in a request",
                "{$ref: '#/components/schemas/Phone', description: 手机号}",
                "{oneOf: [{$ref: '#/components/schemas/Phone'}], description: 手机号}"
            ),
            (
                "oneOf in a component",
                "      description: 一笔押金\n      required",
                "      description: 一笔押金\n      oneOf: []\n      required"
            ),
            (
                "a component of oneOf alone",
                "    Phone:\n      type: string",
                "    Phone:\n      oneOf: [{type: string}]"
            ),
            (
                "a request that is a reply",
                "'#/components/schemas/QueryDepositRequest'",
                "'#/components/schemas/RefundDepositReply'"
            ),
        ]
    );
}
