use super::Connections;

/// For what every process opens beside connections: its listeners, its log, its runtime, files that are read.
const OURSELVES: usize = 32;
/// For calls to others.
const CALLS: usize = 64;
/// With fewer connections for each listener, a server is of no use.
const FEWEST: usize = 8;

/// The files that this process may have open, sockets included; for each listener as many as it holds connections, and a
/// reserve for everything else: whatever callers do, the database and Weichuang can be reached.
#[derive(Debug, Clone, Copy)]
pub struct Descriptors {
    /// For this many listeners.
    pub listeners: usize,
    /// For this many files and connections of a database.
    pub database: usize,
}

/// The limit of open files is too low.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the limit of open files is {limit}, and at least {needed} are needed (ulimit -n)")]
pub struct TooFew {
    limit: usize,
    needed: usize,
}

impl Descriptors {
    /// As many of `connections` as the operating system lets us have. The limit of open files is raised as far as it may be
    /// and need be.
    ///
    /// # Errors
    /// When there is hardly room for any.
    pub fn bound(self, connections: Connections) -> Result<Connections, TooFew> {
        let wanted = connections.total.saturating_mul(self.listeners).saturating_add(self.reserve());
        self.within(raised_to(wanted), connections)
    }

    fn reserve(self) -> usize {
        OURSELVES + CALLS + self.database
    }

    fn within(self, limit: usize, connections: Connections) -> Result<Connections, TooFew> {
        let total = limit.saturating_sub(self.reserve()) / self.listeners;
        if total >= connections.total {
            return Ok(connections);
        }
        if total < FEWEST {
            return Err(TooFew { limit, needed: self.reserve() + FEWEST * self.listeners });
        }
        tracing::warn!(
            limit,
            connections = total,
            "the limit of open files has room for fewer connections than wanted"
        );
        // An address keeps its share.
        let per_address = (connections.per_address.min(connections.total) * total).div_ceil(connections.total);
        Ok(Connections { total, per_address, ..connections })
    }
}

/// The limit of open files, after it was raised to `wanted`, or as far as it may be.
#[cfg(unix)]
fn raised_to(wanted: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let known = |limit: Option<u64>| limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let limit = getrlimit(Resource::Nofile);
    let raised = wanted.min(known(limit.maximum));
    if known(limit.current) < raised {
        let raised = Rlimit { current: u64::try_from(raised).ok(), maximum: limit.maximum };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, "the limit of open files cannot be raised");
        }
    }
    known(getrlimit(Resource::Nofile).current)
}

/// Sockets are not counted among files.
#[cfg(not(unix))]
fn raised_to(_: usize) -> usize {
    usize::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_a_reserve() {
        let descriptors = Descriptors { listeners: 2, database: 48 };
        let wanted = Connections { total: 1024, per_address: 512, ..Connections::default() };
        assert_eq!(descriptors.within(4096, wanted), Ok(wanted));
        let fewer = descriptors.within(1024, wanted).expect("room for some");
        assert_eq!((fewer.total, fewer.per_address), (440, 220));
        assert_eq!(descriptors.within(150, wanted), Err(TooFew { limit: 150, needed: 160 }));
    }
}
