use super::{
    db::{Row, Session, Sql, sql},
    error::{Error, Result},
};

/// `total` is exact up to this many matches, and null above.
pub const COUNTED: i64 = 10_000;
/// `pageNo × pageSize` may not go beyond this.
const DEPTH: i64 = 100_000;
/// What an absent `pageSize` means where paging is optional.
const DEFAULT_SIZE: i64 = 200;

/// Which page a caller asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    number: i64,
    size: i64,
}

/// A page of rows.
#[derive(Debug)]
pub struct Page<T> {
    /// How many there are in all, up to 10 000.
    pub total: Option<i64>,
    /// The page's number, from 1.
    pub number: i32,
    /// How many fit.
    pub size: i32,
    /// Whether another page follows.
    pub has_more: bool,
    /// The rows.
    pub rows: Vec<T>,
}

impl Paging {
    /// The page `number` of `size` rows.
    ///
    /// # Errors
    /// When it is too deep to be found quickly.
    pub fn new(number: i32, size: i32) -> Result<Self> {
        let paging = Self { number: number.into(), size: size.into() };
        if paging.number * paging.size > DEPTH {
            return Err(Error::invalid("/pageNo", "depth", "页码过深，请缩小查询范围"));
        }
        Ok(paging)
    }

    /// The page of a list whose paging is optional: absent means the first 200.
    ///
    /// # Errors
    /// See [`Paging::new`].
    pub fn optional(number: Option<i32>, size: Option<i32>) -> Result<Self> {
        Self::new(number.unwrap_or(1), size.unwrap_or(DEFAULT_SIZE as i32))
    }

    /// How many rows stand before the page.
    pub fn offset(self) -> i64 {
        (self.number - 1) * self.size
    }

    /// How many rows to ask for: one more than fit, to know whether another page follows.
    pub fn limit(self) -> i64 {
        self.size + 1
    }

    /// A page without rows.
    pub fn empty<T>(self) -> Page<T> {
        self.page(Some(0), Vec::new())
    }

    /// The page that `rows` are, read with [`Paging::limit`].
    pub fn page<T>(self, total: Option<i64>, mut rows: Vec<T>) -> Page<T> {
        let fits = usize::try_from(self.size).unwrap_or(usize::MAX);
        let has_more = rows.len() > fits;
        rows.truncate(fits);
        let number = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
        Page { total, number: number(self.number), size: number(self.size), has_more, rows }
    }

    /// Reads a page: `select` gives the columns, `from` everything from `FROM` to the last condition, `order` the
    /// `ORDER BY` list.
    ///
    /// # Errors
    /// Those of the database, and of `read`.
    pub async fn read<T>(
        self,
        session: &mut Session,
        select: &str,
        from: Sql,
        order: &str,
        read: impl Fn(&Row) -> Result<T>,
    ) -> Result<Page<T>> {
        let statement = sql("SELECT ").push(select).push(" ").append(from.clone());
        let statement = statement.push(" ORDER BY ").push(order).push(" LIMIT ").bind(self.limit());
        let found = session.all(statement.push(" OFFSET ").bind(self.offset())).await?;
        let rows = found.iter().map(read).collect::<Result<Vec<_>>>()?;
        let total = self.total(session, rows.len(), sql("SELECT 1 AS one ").append(from)).await?;
        Ok(self.page(total, rows))
    }

    /// The total of a list whose page, read with [`Paging::limit`], has `found` rows. `matches` selects every row that
    /// matches, and is asked only if the page does not tell by itself.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn total(self, session: &mut Session, found: usize, matches: Sql) -> Result<Option<i64>> {
        let found = found as i64;
        // The last page tells the total by itself; so does an empty first one.
        let total = if (found > 0 || self.number == 1) && found <= self.size {
            self.offset() + found
        } else {
            let row = session.first(counting(matches)).await?;
            row.map(|row| row.get("total")).transpose()?.unwrap_or_default()
        };
        Ok((total <= COUNTED).then_some(total))
    }
}

/// Counts the rows that `matches` selects, no further than needed.
#[must_use]
pub fn counting(matches: Sql) -> Sql {
    let statement = sql("SELECT COUNT(*) AS total FROM (").append(matches);
    statement.push(&format!(" LIMIT {}) AS counted", COUNTED + 1))
}
