use std::{future::Future, sync::Arc};

use crate::support::fresh_database;
use contracts::{
    runtime::client::{Caller, Options},
    weichuang::WeichuangClient,
};
use mocks::{Mock, Origin, World};
use polaris::{
    backend::{Backend, Clock, Settings, db::Db, migrations, time},
    server::{self, Running, router},
};

/// A backend with a fresh database, wired over HTTP to a mock of Weichuang of its own. Both go by the mock's clock,
/// which stands at 2021-09-03 10:00:00.
pub struct Bench {
    pub backend: Backend,
    pub mock: Arc<Mock>,
    _weichuang: Running,
}

/// Runs `test` on SQLite and on PostgreSQL.
pub async fn on_both_engines<F: Future<Output = ()>>(test: impl Fn(Bench) -> F) {
    test(Bench::in_memory().await).await;
    if let Some(url) = fresh_database().await {
        test(Bench::new(Db::open(&url, 8).await.expect("a database")).await).await;
    }
}

impl Bench {
    /// A bench on SQLite.
    pub async fn in_memory() -> Self {
        let db = Db::in_memory().await.expect("a database in memory");
        migrations::run(&db).await.expect("the schema");
        Self::new(db).await
    }

    /// A bench on `db`, whose schema is current.
    pub async fn new(db: Db) -> Self {
        let bound = server::bind("127.0.0.1", 0).await.expect("a free port");
        let mock = Arc::new(Mock::new(World::default_world().expect("the built-in world"), Origin::new(&bound.url())));
        let url = bound.url();
        let running = bound.serve(router::weichuang(&mock)).expect("a server");
        let options = Options::new(format!("{url}/weichuang").parse().expect("a URL"));
        let weichuang = WeichuangClient::new(Caller::new(&options).expect("a caller"));
        let clock = mock.clock().clone();
        let clock = Clock::of(move || time::parse(&clock.now().to_string()).expect("a time"));
        let backend = Backend::new(db, clock, weichuang, Settings::default());
        let bench = Self { backend, mock, _weichuang: running };
        bench.set_clock("2021-09-03 10:00:00");
        bench.basics().await;
        bench
    }

    /// Sets the business clock, which then stands.
    pub fn set_clock(&self, now: &str) {
        self.mock.clock().set(mocks::Time { now: now.parse().expect("a time"), frozen: true });
    }

    /// Merchants, tanks, batteries and vehicles that every domain needs: merchants 1001 (BCD001, ABC001) and 1002
    /// (BCD002, ABC002); tanks TK0001 and TK0002 of 1001, TK0003 of 1002; batteries BT0001 to BT0009 of 1001 (the
    /// mock's world has them too); vehicles VH0001 to VH0003 of 1001.
    async fn basics(&self) {
        let mut session = self.backend.db().transaction().await.expect("a transaction");
        session
            .script(
                "INSERT INTO merchant (id, merchant_code, share_code, name, type_name, city_id, city_name, region_name) VALUES
                   (1001, 'BCD001', 'ABC001', '朝阳门骑手驿站', '骑手驿站', 110100, '北京市', '东城区'),
                   (1002, 'BCD002', 'ABC002', '望京换电站', '换电站', 110100, '北京市', '朝阳区');
                 INSERT INTO tank (code, merchant_id, latitude, longitude, address) VALUES
                   ('TK0001', 1001, '39.924412', '116.433617', '北京市东城区朝阳门北大街8号'),
                   ('TK0002', 1001, NULL, NULL, NULL), ('TK0003', 1002, NULL, NULL, NULL);
                 INSERT INTO battery (code, merchant_id, model) VALUES
                   ('BT0001', 1001, '60V20Ah'), ('BT0002', 1001, '60V20Ah'), ('BT0003', 1001, '60V20Ah'),
                   ('BT0004', 1001, '48V24Ah'), ('BT0005', 1001, '48V24Ah'), ('BT0006', 1001, '48V24Ah'),
                   ('BT0007', 1001, '48V24Ah'), ('BT0008', 1001, '48V24Ah'), ('BT0009', 1001, '48V24Ah');
                 INSERT INTO vehicle (code, merchant_id, model, name, spec) VALUES
                   ('VH0001', 1001, 'TDT01Z', '飞鸽', '标准'), ('VH0002', 1001, 'TDT01Z', '飞鸽', '标准'),
                   ('VH0003', 1001, 'TDT01Z', '飞鸽', '标准');",
            )
            .await
            .expect("the basics");
        session.commit().await.expect("committed");
    }
}
