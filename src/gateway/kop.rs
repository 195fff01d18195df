use poem::{
    Endpoint, Middleware, Request, Response, Result,
    http::{Method, StatusCode, Uri, uri::PathAndQuery},
};
use url::form_urlencoded;

/// Takes `POST /gateway?api=NAME&…` for `POST /kop/NAME?…`, and answers HTTP 200 whatever comes of it: the code stands in
/// the body alone, as KOP has it. It stands around everything that answers, so that no status gets past it.
pub struct KopGateway;

impl<E: Endpoint<Output = Response>> Middleware<E> for KopGateway {
    type Output = KopGatewayEndpoint<E>;

    fn transform(&self, inner: E) -> KopGatewayEndpoint<E> {
        KopGatewayEndpoint(inner)
    }
}

/// The endpoint of [`KopGateway`].
pub struct KopGatewayEndpoint<E>(E);

impl<E: Endpoint<Output = Response>> Endpoint for KopGatewayEndpoint<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        if request.uri().path() != "/gateway" {
            return self.0.call(request).await;
        }
        let options = request.method() == Method::OPTIONS;
        *request.uri_mut() = rewritten(request.uri());
        let mut response = self.0.get_response(request).await;
        if !options {
            response.set_status(StatusCode::OK);
        }
        Ok(response)
    }
}

/// `/kop/NAME` with the same query. What cannot be a name leads nowhere.
fn rewritten(uri: &Uri) -> Uri {
    let query = uri.query().unwrap_or_default();
    let api = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "api").map(|(_, api)| api);
    let name = |api: &str| api.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    let api = api.filter(|api| name(api)).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = PathAndQuery::try_from(format!("/kop/{api}?{query}")).ok();
    Uri::from_parts(parts).unwrap_or_else(|_| Uri::from_static("/kop/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateways_spelling_becomes_the_operations_path() {
        for (gateway, kop) in [
            ("/gateway?api=hm.order.p.query&appKey=1", "/kop/hm.order.p.query?api=hm.order.p.query&appKey=1"),
            ("/gateway?x=%ff&api=hm%2Eorder", "/kop/hm.order?x=%ff&api=hm%2Eorder"),
            ("/gateway?api=..%2F..%2Finternal", "/kop/?api=..%2F..%2Finternal"),
            ("/gateway?api=a%3Fb", "/kop/?api=a%3Fb"),
            ("/gateway", "/kop/?"),
        ] {
            assert_eq!(rewritten(&Uri::from_static(gateway)), kop, "{gateway}");
        }
    }
}
