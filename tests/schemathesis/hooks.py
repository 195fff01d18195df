"""What Schemathesis must know of Polaris: the contract's formats, how calls are signed, and the rules that a schema cannot say.

Settings come from the environment: BASE_URL is the base URL, POLARIS_APP_KEY and POLARIS_APP_SECRET sign the calls
of /kop/*, and REACHED_FILE is the file that is told, operation by operation, which codes were seen.
"""

import atexit
import datetime
import hashlib
import hmac
import json
import os
import secrets
import time
from collections import Counter, defaultdict
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.checks import positive_data_acceptance

# The formats, as contracts/src/runtime/format.rs has them.

LARGEST_ID = 2**53 - 1

times = st.datetimes(min_value=datetime.datetime(1, 1, 1), max_value=datetime.datetime(9999, 12, 31))
second = times.map(lambda at: at.isoformat(sep=" ", timespec="seconds"))
minute = times.map(lambda at: at.isoformat(sep=" ", timespec="minutes"))
ids = st.integers(1, LARGEST_ID).map(str) | st.integers(1, 99).map(str)
codes = st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)


def comma_list(items, least, most):
    return st.lists(items, min_size=least, max_size=most).map(",".join)


schemathesis.openapi.format("datetime", second | minute)
schemathesis.openapi.format("minute", minute)
schemathesis.openapi.format("day", times.map(lambda at: at.date().isoformat()))
schemathesis.openapi.format("code-list", comma_list(codes, 0, 9))
schemathesis.openapi.format("id-list", comma_list(ids, 0, 9))
schemathesis.openapi.format("id-list-1-100", comma_list(ids, 1, 9))


# Signatures: docs/SIGNING.md, hmac-sha256.


class Signature(requests.auth.AuthBase):
    """Signs what is about to be sent, byte for byte. Parameters that were generated stay beside ours."""

    OURS = {"api", "appKey", "timestamp", "signMethod", "nonce", "sign"}

    def __init__(self, key, secret):
        self.key, self.secret = key, secret.encode()

    def __call__(self, request):
        url = urlsplit(request.url)
        api = url.path.rsplit("/", 1)[-1]
        timestamp, nonce = str(int(time.time() * 1000)), secrets.token_hex(16)
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        text = "\n".join([api, timestamp, nonce, hashlib.sha256(body).hexdigest()])
        sign = hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()
        ours = {"api": api, "appKey": self.key, "timestamp": timestamp, "signMethod": "hmac-sha256", "nonce": nonce}
        others = [pair for pair in parse_qsl(url.query, keep_blank_values=True) if pair[0] not in self.OURS]
        query = urlencode([*dict(others).items(), *ours.items(), ("sign", sign)], quote_via=quote, errors="replace")
        request.url = urlunsplit(url._replace(query=query))
        return request


signature = None
if os.environ.get("POLARIS_APP_KEY"):
    signature = Signature(os.environ["POLARIS_APP_KEY"], os.environ["POLARIS_APP_SECRET"])
    schemathesis.auth.set_from_requests(signature)


# Examples of what is there: those of the documents name ids that are in no world, and nobody guesses one.


def rows(path, body):
    url = os.environ["BASE_URL"] + path
    reply = requests.post(url, json={"pageNo": 1, "pageSize": 200} | body, auth=signature, timeout=10).json()
    assert reply["code"] == 200, f"{path}: {reply}"
    return reply["data"]["result"]


def known():
    """Requests about what is there, by operation, for the paths of our own side."""
    operator = {"operatorId": "OP1001", "operatorName": "陈静"}
    reviews = rows("/hm.access.p.reviewList", {"userName": "", "state": 0})
    refunds = rows("/hm.deposit.p.refundList", {})
    # The merchant confirms first, then we do.
    waiting, confirmed = ([row for row in refunds if row["status"] == status] for status in (1, 2))
    members = [row["id"] for row in rows("/hm.member.p.list", {})]
    relations = rows("/hm.battery.p.memberAssetList", {})
    free = {f"BT{number:04}" for number in range(1, 300)} - {row["batteryCode"] for row in relations}
    return {
        "/hm.order.p.handleAbnormal": [
            {"orderId": row["orderId"], "remark": "柜门卡滞"} | operator
            for row in rows("/hm.order.p.query", {"orderState": 2})
        ],
        "/hm.access.p.reviewApprove": [
            {"id": row["id"], "shareCode": row["shareCode"], "deposit": row["deposit"], "state": 1}
            for row in reviews
            if row["shareCode"]
        ],
        "/hm.access.p.reviewReject": [{"id": row["id"]} for row in reviews if not row["shareCode"]],
        "/hm.battery.p.memberAssetCorrect": [
            {"id": row["id"], "batteryCode": code} for row, code in zip(relations, sorted(free))
        ],
        "/hm.member.p.operate": [{"ids": member, "opType": 1} for member in members],
        "/hm.member.p.assets": [{"id": member} for member in members],
        "/hm.deposit.p.refundDetail": [{"id": row["id"]} for row in refunds],
        "/hm.deposit.p.refundConfirm": [{"phoneNo": row["phoneNo"]} for row in confirmed],
        "/hm.deposit.p.refundMerchantConfirm": [{"id": row["id"], "merchantConfirmInfo": "电池已归还"} for row in waiting],
        "/hm.package.p.giftRevoke": [
            {"id": row["id"]} | operator for row in rows("/hm.package.p.giftList", {}) if row["status"] == 1
        ],
    }


def known_inside():
    """The same for the internal side."""
    return {"/delivery/retry": [{"id": row["id"]} for row in rows("/delivery/list", {"state": "parked"})]}


@schemathesis.hook
def before_load_schema(ctx, raw_schema):
    paths = raw_schema["paths"]
    found = {}
    if "/hm.member.p.operate" in paths:
        found = known()
    elif "/delivery/retry" in paths:
        found = known_inside()
    for path, bodies in found.items():
        content = paths[path]["post"]["requestBody"]["content"]["application/json"]
        content["examples"] |= {f"known {number}": {"value": body} for number, body in enumerate(bodies[:8])}


# The exceptions: rules that a schema cannot say. Each has a name, a reason, and a look at the request that was refused:
# whoever is excepted must really break it.


def text(body, name):
    value = body.get(name)
    return value if isinstance(value, str) else ""


def number(body, name, absent):
    value = body.get(name)
    return absent if value is None else value


EXCEPTIONS = {
    "page depth": (
        "pageNo × pageSize is at most 100,000: a product of two fields",
        lambda body: number(body, "pageNo", 1) * number(body, "pageSize", 200) > 100_000,
    ),
    "order of two times": (
        "the start of a period is not after its end: a comparison of two fields",
        lambda body: any(
            text(body, start) > text(body, end) > ""
            for start, end in [("startTimeBefore", "startTimeEnd"), ("payTimeBefore", "payTimeEnd")]
        ),
    ),
    "states of an order's type": (
        "orderType decides which orderState there may be: one field limits another",
        lambda body: body.get("orderState") not in {1: [0, 1, 4], 0: [2, 3]}.get(body.get("orderType"), []),
    ),
}

excepted = Counter()


def exception(case, response):
    """The name of the rule that the request breaks, where the server says that it breaks one."""
    if response.status_code != 400 or not isinstance(case.body, dict):
        return None
    return next((name for name, (_, broken) in EXCEPTIONS.items() if broken(case.body)), None)


@schemathesis.check
def valid_data_acceptance(ctx, response, case):
    """`positive_data_acceptance`, but for the exceptions."""
    try:
        return positive_data_acceptance(ctx, response, case)
    except RejectedPositiveData:
        name = exception(case, response)
        if name is None:
            raise
        excepted[name] += 1
        return None


# Which codes were seen. Whoever reads the file sees that every operation has reached a success.

reached = defaultdict(Counter)


@schemathesis.hook
def after_call(ctx, case, response):
    if response.request.method != "POST":
        return
    try:
        body = response.json()
        code = body.get("code", body.get("result"))
    except (ValueError, AttributeError):
        code = None
    reached[case.operation.path][str(code or response.status_code)] += 1


@atexit.register
def tell():
    if os.environ.get("REACHED_FILE"):
        with open(os.environ["REACHED_FILE"], "w", encoding="utf-8") as file:
            json.dump({"reached": reached, "excepted": excepted}, file, indent=1, sort_keys=True)
