//! `polaris import`: files, their rows, and what is said of bad ones.

use std::fs;

use crate::support::{Binary, Ended, Folder};

/// A folder with an empty database, and a way to import files into it.
struct Import {
    folder: Folder,
}

impl Import {
    async fn start(name: &str) -> Self {
        let import = Self { folder: Folder::new(name) };
        let database = import.folder.database();
        assert_eq!(Binary::start(&["migrate", "--database-url", &database]).end().await.code, Some(0));
        import
    }

    async fn run(&self, kind: &str, file: &str, text: impl AsRef<[u8]>, more: &[&str]) -> Ended {
        let path = self.folder.path().join(file);
        fs::write(&path, text).expect("a file");
        let (path, database) = (path.display().to_string(), self.folder.database());
        let mut ended =
            Binary::start(&[&["import", kind, &path, "--database-url", &database], more].concat()).end().await;
        ended.stdout = ended.stdout.replace(&path, file);
        ended
    }
}

const MERCHANTS: &str = "{\"merchantId\": \"1001\", \"merchantCode\": \"BCD001\", \"shareCode\": \"ABC001\", \"merchantName\": \"望京换电站\"}\n";

#[tokio::test]
async fn json_lines_and_csv_bring_in_the_same_records() {
    let import = Import::start("import-formats").await;
    let ended = import.run("merchants", "merchants.jsonl", MERCHANTS, &[]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "merchants: 1 new, 0 known, 0 refused\n"));
    let json = "\n{\"phoneNo\": \"13300000001\", \"state\": 1, \"merchantId\": \"1001\", \"registerTime\": \"2021-08-01 09:00\"}\n\n";
    assert_eq!(import.run("members", "members.jsonl", json, &[]).await.stdout, "members: 1 new, 0 known, 0 refused\n");
    let csv = "\u{feff}phoneNo,userName,state,merchantId,registerTime,birthday\r\n\
               13300000001,张三,1,1001,2021-08-01 09:00,\r\n\
               13300000002,\"李,四\",0,,2021-08-01 09:00:30,1990-02-28\r\n";
    assert_eq!(import.run("members", "members.csv", csv, &[]).await.stdout, "members: 1 new, 1 known, 0 refused\n");
}

#[tokio::test]
async fn bad_rows_are_named_by_line_and_reason_and_their_values_are_not_repeated() {
    let import = Import::start("import-bad").await;
    let json = "{\"phoneNo\": \"13300000001\", \"state\": 1, \"registerTime\": \"2021-08-01 09:00\"}\n\
                {\"phoneNo\": \"1330000\", \"state\": 1, \"registerTime\": \"2021-08-01 09:00\"}\n\
                {\"phoneNo\": \"13300000002\", \"state\": \"张三\", \"registerTime\": \"2021-08-01 09:00\"}\n\
                {\"phoneNo\": \"13300000003\", \"state\": 1, \"registerTime\": \"2021-02-30 09:00\"}\n\
                {\"phoneNo\": \"13300000004\", \"state\": 1\n\
                {\"phoneNo\": \"13300000005\", \"state\": 1, \"registerTime\": \"2021-08-01 09:00\", \"nick\": \"张三\"}\n";
    let ended = import.run("members", "members.jsonl", json, &[]).await;
    insta::assert_snapshot!(ended.stdout, @"
    members.jsonl:2: phoneNo: expected a phone number: 1 and ten digits
    members.jsonl:3: state: expected an integer
    members.jsonl:4: registerTime: expected a time that exists, such as 2021-09-03 10:00:00
    members.jsonl:5: it is no JSON
    members.jsonl:6: nick: unknown field `nick`, expected one of `id`, `phoneNo`, `userName`, `state`, `merchantId`, `inviter`, `cityId`, `cityName`, `userLabel`, `idCardState`, `sex`, `birthday`, `registerTime`, `firstUseTime`, `assetsOrderNum`, `weichuangUserId`, `initialVehicle`, `initialBattery`
    members: 0 new, 0 known, 5 refused
    ");
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.stderr, "polaris: nothing was kept; rows refused: 5 (--skip-invalid keeps the others)\n");

    let csv =
        "phoneNo,state,registerTime\n1330000,1,2021-08-01 09:00\n13300000002,张三,2021-08-01 09:00\n13300000003,1\n";
    let ended = import.run("members", "members.csv", csv, &["--skip-invalid"]).await;
    insta::assert_snapshot!(ended.stdout, @"
    members.csv:2: phoneNo: expected a phone number: 1 and ten digits
    members.csv:3: state: expected an integer
    members.csv:4: it has 2 fields, the header 3
    members: 0 new, 0 known, 3 refused
    ");
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));

    let mut not_utf8 = b"{\"phoneNo\": \"".to_vec();
    not_utf8.extend([0xff, 0xfe, b'\n']);
    not_utf8.extend(vec![b'x'; 2 << 20]);
    not_utf8.extend(b"\n{\"phoneNo\": \"13300000001\", \"state\": 1, \"registerTime\": \"2021-08-01 09:00\"}");
    let ended = import.run("members", "odd.jsonl", not_utf8, &["--skip-invalid"]).await;
    insta::assert_snapshot!(ended.stdout, @"
    odd.jsonl:1: it is not UTF-8
    odd.jsonl:2: the row is longer than 1 MiB
    members: 1 new, 0 known, 2 refused
    ");
}

#[tokio::test]
async fn the_line_that_is_named_is_the_line_that_an_editor_shows() {
    let import = Import::start("import-lines").await;
    let head = "phoneNo,state,registerTime,userName";
    let good = |phone: &str| format!("{phone},1,2021-08-01 09:00,");
    for end in ["\n", "\r\n"] {
        let quoted = good("13300000002") + "\"张" + end + end + "三\"";
        let bad = "13300000003,x,2021-08-01 09:00,";
        let lines = ["\u{feff}", "", head, &good("13300000001"), "", bad, " ", &quoted, bad, "13300000004,1", "\"open"];
        let csv = lines[0].to_owned() + &lines[1..].join(end);
        let ended = import.run("members", "members.csv", csv, &["--skip-invalid"]).await;
        let said = "members.csv:5: state: expected an integer\n\
                    members.csv:10: state: expected an integer\n\
                    members.csv:11: it has 2 fields, the header 4\n\
                    members.csv:12: its quote is not closed\n";
        assert!(ended.stdout.starts_with(said), "{}", ended.stdout);
        let json =
            |phone: &str| format!("{{\"phoneNo\":\"{phone}\",\"state\":1,\"registerTime\":\"2021-08-01 09:00\"}}");
        let jsonl = format!("\u{feff}{}{end}{end} {end}x{end}{}{end}", json("13300000005"), json("1"));
        let ended = import.run("members", "members.jsonl", jsonl, &["--skip-invalid"]).await;
        let said =
            "members.jsonl:4: it is no JSON\nmembers.jsonl:5: phoneNo: expected a phone number: 1 and ten digits\n";
        assert!(ended.stdout.starts_with(said), "{}", ended.stdout);
    }
}

#[tokio::test]
async fn a_field_or_line_of_any_size_is_refused_and_not_kept() {
    let import = Import::start("import-size").await;
    let database = import.folder.database();
    for (name, head, reason) in [
        ("members.csv", "phoneNo,state,registerTime\n", ":2: the row is longer than 1 MiB"),
        ("quoted.csv", "phoneNo,state,registerTime\n\"", ":2: its quote is not closed"),
        ("header.csv", "", ":1: the row is longer than 1 MiB"),
        ("members.jsonl", "", ":1: the row is longer than 1 MiB"),
    ] {
        let path = import.folder.path().join(name);
        fs::write(&path, head).expect("a file");
        // Zeros that take no room on the disk.
        fs::File::options().append(true).open(&path).and_then(|file| file.set_len(192 << 20)).expect("a large file");
        let path = path.display().to_string();
        let (ended, peak) =
            Binary::start(&["import", "members", &path, "--database-url", &database]).end_with_peak().await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!((ended.stdout + &ended.stderr).contains(&format!("{path}{reason}")), "{name}");
        assert!((1 << 20..150 << 20).contains(&peak), "{name}: {peak} bytes");
    }
}

#[tokio::test]
async fn a_file_or_kind_that_is_not_there_gets_one_line() {
    let import = Import::start("import-usage").await;
    let database = import.folder.database();
    for (arguments, code, said) in [
        (["members", "/no/such/file.jsonl"], 1, "/no/such/file.jsonl: No such file"),
        (["members", "Cargo.toml"], 1, "a file of rows is called .jsonl or .csv"),
        (["people", "members.jsonl"], 2, "invalid value 'people'"),
    ] {
        let ended = Binary::start(&[&["import"], &arguments[..], &["--database-url", &database]].concat()).end().await;
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert!(ended.stderr.contains(said) && ended.stderr.lines().count() == 1, "{ended:?}");
    }
}
