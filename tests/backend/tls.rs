use std::fs;

use polaris::backend::db::Db;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use crate::support::{Around, Cluster, Folder, free_port};

/// An authority of the test's own.
fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut parameters = CertificateParams::new([]).expect("parameters");
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().expect("a key")).expect("an authority")
}

#[tokio::test]
async fn postgresql_is_spoken_to_over_tls_as_the_url_demands() {
    let (authority, another) = (authority("ours"), authority("another"));
    let key = KeyPair::generate().expect("a key");
    let parameters = CertificateParams::new(["127.0.0.1".to_owned()]).expect("parameters");
    let certificate = parameters.signed_by(&key, &authority).expect("a certificate");
    let folder = Folder::new("tls");
    let file = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let (root, wrong_root) = (file("root.pem", authority.as_ref().pem()), file("another.pem", another.as_ref().pem()));

    let port = free_port();
    let around = Around {
        port: Some(port),
        settings: "-c listen_addresses=127.0.0.1 -c ssl=on -c ssl_cert_file={folder}/server.pem \
                   -c ssl_key_file={folder}/server.key -c hba_file={folder}/hba.conf"
            .to_owned(),
        files: vec![
            ("server.pem", certificate.pem()),
            ("server.key", key.serialize_pem()),
            ("hba.conf", "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n".to_owned()),
        ],
    };
    let Some(cluster) = Cluster::own(around) else { return };
    cluster.administer("CREATE ROLE polaris LOGIN PASSWORD 's3cret'").await;
    let open = async |password: &str, query: String| {
        let url = format!("postgres://polaris:{password}@127.0.0.1:{port}/postgres?{query}");
        let opened = Db::open(&url, 1).await.map_err(|error| error.to_string());
        if let Ok(db) = &opened {
            let statement = "SELECT CAST(ssl AS BIGINT) AS ssl FROM (SELECT CASE WHEN ssl THEN 1 ELSE 0 END AS ssl FROM \
                             pg_stat_ssl WHERE pid = pg_backend_pid()) AS used";
            let row = db.session().await.expect("a session").first(polaris::backend::db::sql(statement)).await;
            assert_eq!(row.expect("rows").expect("a row").get::<i64>("ssl").expect("a number"), 1);
        }
        opened.map(drop)
    };
    assert_eq!(open("s3cret", "sslmode=require".to_owned()).await, Ok(()));
    assert_eq!(open("s3cret", format!("sslmode=verify-full&sslrootcert={root}")).await, Ok(()));
    for (password, query, reason) in [
        ("s3cret", format!("sslmode=verify-full&sslrootcert={wrong_root}"), "invalid peer certificate: UnknownIssuer"),
        ("s3cret", "sslmode=verify-full&sslrootcert=/no/such.pem".to_owned(), "No such file"),
        ("s3cret", "sslmode=disable".to_owned(), "no encryption"),
        ("wr0ng", "sslmode=require".to_owned(), "password authentication failed"),
    ] {
        let said = open(password, query.clone()).await.expect_err(&query);
        assert!(said.contains(&format!("127.0.0.1:{port}")) && said.contains(reason), "{said}");
        assert!(!said.contains("s3cret") && !said.contains("wr0ng"), "{said}");
    }
    // Too many connections: the reason is PostgreSQL's.
    cluster.administer("ALTER ROLE polaris CONNECTION LIMIT 0").await;
    let said = open("s3cret", "sslmode=require".to_owned()).await.expect_err("no connection");
    assert!(said.contains("too many connections"), "{said}");
}
