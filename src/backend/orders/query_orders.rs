use contracts::polaris::{QueryOrdersRequest, SwapOrderPage};

use super::Search;
use crate::backend::{
    Backend,
    error::{Error, Result},
    page::Paging,
    time,
};

/// §2.2.1 订单查询总接口; the profiles 2.2.2 to 2.2.6 are named uses of it.
///
/// # Errors
/// [`Error::Invalid`] for a page too deep, or a first time after the second; [`Error::Forbidden`] for a
/// merchant or device outside the scope.
pub async fn query_orders(backend: &Backend, request: QueryOrdersRequest) -> Result<SwapOrderPage> {
    let paging = Paging::new(request.page_no, request.page_size)?;
    let times = times(&request)?;
    let page = if Search::is_contradiction(&request) {
        paging.empty()
    } else {
        let mut session = backend.db().session().await?;
        match Search::of(&mut session, &request, times, backend.scope()).await? {
            None => paging.empty(),
            Some(search) => {
                let found = session.all(search.page(paging)).await?;
                let rows = found.iter().map(|row| search.read(row)).collect::<Result<Vec<_>>>()?;
                let total = paging.total(&mut session, rows.len(), search.matches()).await?;
                paging.page(total, rows)
            }
        }
    };
    Ok(SwapOrderPage {
        total: page.total.into(),
        page_no: page.number,
        page_size: page.size,
        has_more: page.has_more,
        result: page.rows,
    })
}

/// The bounds of `startTime`, both included: a minute at the end includes all of itself.
pub(super) fn times(request: &QueryOrdersRequest) -> Result<[Option<i64>; 2]> {
    let bound =
        |text: &Option<String>, parse: fn(&str) -> Option<i64>| contracts::runtime::filter(text).and_then(parse);
    let from = bound(&request.start_time_before, time::parse);
    let to = bound(&request.start_time_end, time::parse_end);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(Error::invalid("/startTimeBefore", "order", "开始时间不能晚于结束时间"));
    }
    Ok([from, to])
}
