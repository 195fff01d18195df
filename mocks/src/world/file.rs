use std::{fmt, io, path::Path};

use serde::Deserialize;
use serde_saphyr::{Location, MergeKeyPolicy, MessageFormatter, Options, Spanned, UserMessageFormatter};
use thiserror::Error;

use super::{
    Battery, Kept, Merchant, Problem, Records, Tank, User, Vehicle, World,
    polaris::{self, PolarisRecords, Record, RecordProblem, Seen},
};
use crate::clock::Time;

/// The text of the default world.
const DEFAULT: &str = include_str!("../../worlds/default.yaml");

/// Why a world was refused: one line with file, line, column and reason.
#[derive(Debug, Error)]
#[error("{name}{place}: {reason}")]
pub struct WorldError {
    name: String,
    place: Place,
    reason: String,
    #[source]
    source: Option<io::Error>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Place(Option<(u64, u64)>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldFile {
    clock: Option<Time>,
    weichuang: WeichuangFile,
    #[serde(default)]
    polaris: PolarisFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WeichuangFile {
    #[serde(default)]
    merchants: Vec<Spanned<Merchant>>,
    #[serde(default)]
    tanks: Vec<Spanned<Tank>>,
    #[serde(default)]
    batteries: Vec<Spanned<Battery>>,
    #[serde(default)]
    vehicles: Vec<Spanned<Vehicle>>,
    #[serde(default)]
    users: Vec<Spanned<User>>,
}

/// The collections of Polaris's side, as a file has them, and the records that they become. Each collection refers to
/// those before it alone.
macro_rules! collections {
    ($($collection:ident: $record:ident),* $(,)?) => {
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct PolarisFile {
            $(#[serde(default)] $collection: Vec<Spanned<polaris::$record>>,)*
        }

        impl PolarisFile {
            fn records(self) -> Result<PolarisRecords, (Place, RecordProblem)> {
                let mut seen = Seen::default();
                Ok(PolarisRecords { $($collection: checked(self.$collection, &mut seen)?,)* })
            }
        }
    };
}

collections! {
    merchants: Merchant,
    tanks: Tank,
    batteries: Battery,
    vehicles: Vehicle,
    members: Member,
    bindings: BatteryBinding,
    rentals: Rental,
    orders: SwapOrder,
    reviews: AccessReview,
    deposits: Deposit,
    refunds: DepositRefund,
    gifts: PackageGift,
    package_orders: MonthlyPackageOrder,
    migrations: Migration,
}

fn checked<R: Record>(rows: Vec<Spanned<R>>, seen: &mut Seen) -> Result<Vec<R>, (Place, RecordProblem)> {
    let row = |Spanned { value, referenced, .. }: Spanned<R>| {
        seen.refers(&value).and_then(|()| seen.add(&value)).map_err(|problem| (Place::from(&referenced), problem))?;
        Ok(value)
    };
    rows.into_iter().map(row).collect()
}

impl World {
    /// The world that stands in `worlds/default.yaml`.
    ///
    /// # Errors
    /// None while the test that loads it passes.
    pub fn default_world() -> Result<Self, WorldError> {
        Self::from_yaml("worlds/default.yaml", DEFAULT)
    }

    /// Reads a world file.
    ///
    /// # Errors
    /// What makes the file unreadable, or what is wrong in it and where.
    pub fn load(path: &Path) -> Result<Self, WorldError> {
        let name = path.display().to_string();
        match crate::read_text(path) {
            Ok(text) => Self::from_yaml(&name, &text),
            Err(error) => {
                let reason = error.to_string();
                Err(WorldError { name, place: Place::default(), reason, source: Some(error) })
            }
        }
    }

    /// Reads a world from the text of a file called `name`.
    ///
    /// # Errors
    /// What is wrong in the text and where.
    pub fn from_yaml(name: &str, text: &str) -> Result<Self, WorldError> {
        let file: WorldFile = serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
            let place = error.location().as_ref().map_or_else(Place::default, Place::from);
            refusal(name, place, &UserMessageFormatter.format_message(error.without_snippet()))
        })?;
        let weichuang =
            records(file.weichuang).map_err(|(place, problem)| refusal(name, place, &problem.to_string()))?;
        let polaris = file.polaris.records();
        let polaris = polaris.map_err(|(place, problem)| refusal(name, place, &problem.to_string()))?;
        Ok(Self { clock: file.clock, weichuang, polaris })
    }
}

impl WorldError {
    pub(super) fn built(seed: u64, reason: &str) -> Self {
        refusal(&format!("seed {seed}"), Place::default(), reason)
    }
}

fn options() -> Options {
    serde_saphyr::options! {
        with_snippet: false,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        // Room for worlds of some 100 000 entities.
        budget: serde_saphyr::budget! { max_events: 10_000_000, max_nodes: 5_000_000, max_documents: 1 },
    }
}

/// Merchants and users first: the others refer to them.
fn records(file: WeichuangFile) -> Result<Records, (Place, Problem)> {
    let mut records = Records::default();
    add_all(&mut records, file.merchants)?;
    add_all(&mut records, file.users)?;
    add_all(&mut records, file.tanks)?;
    add_all(&mut records, file.batteries)?;
    add_all(&mut records, file.vehicles)?;
    Ok(records)
}

fn add_all<T: Kept>(records: &mut Records, entities: Vec<Spanned<T>>) -> Result<(), (Place, Problem)> {
    for Spanned { value, referenced, .. } in entities {
        records.add(value).map_err(|problem| (Place::from(&referenced), problem))?;
    }
    Ok(())
}

fn refusal(name: &str, place: Place, reason: &str) -> WorldError {
    // One line, whatever the parser says.
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    WorldError { name: name.to_owned(), place, reason, source: None }
}

impl From<&Location> for Place {
    fn from(location: &Location) -> Self {
        Self((location.line() > 0).then(|| (location.line(), location.column())))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((line, column)) => write!(out, ":{line}:{column}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small world: `users` stands on line 5, `batteries` on line 6.
    fn world(user: &str, battery: &str) -> String {
        format!(
            "clock: {{now: 2021-09-03 10:00:00}}\nweichuang:\n  merchants:\n    - {{merchantId: '1001', merchantCode: \
             BCD001, shareCode: ABC001, merchantName: 望京换电站}}\n  users: [{{userId: U1, phoneNo: '13333111222'}}, \
             {user}]\n  batteries: [{{batteryCode: BT0001}}, {{batteryCode: BT0002, userId: U1}}, {battery}]\n"
        )
    }

    fn refused(text: &str) -> String {
        World::from_yaml("my.yaml", text).expect_err("a refusal").to_string()
    }

    #[test]
    fn the_default_world_has_what_its_readers_count_on() {
        let World { weichuang, .. } = World::default_world().expect("the default world");
        let users = weichuang.users.rows();
        let held = |user: &&User| user.deposit.as_ref().is_some_and(|deposit| deposit.refund.is_none());
        let (migrated, not_migrated): (Vec<_>, Vec<_>) = users.iter().partition(|user| user.migration.is_some());
        assert!(weichuang.tanks.rows().len() >= 20 && weichuang.batteries.rows().len() >= 60 && users.len() >= 30);
        assert!(not_migrated.into_iter().filter(held).count() >= 4);
        assert!(migrated.into_iter().filter(held).count() >= 3);
        assert!(users.iter().any(|user| user.deposit.is_some() && !held(&user)));
        assert!(weichuang.batteries.rows().iter().filter(|battery| battery.user_id.is_none()).count() >= 6);
        assert!(weichuang.batteries.get("BT0001").is_some_and(|battery| battery.user_id.is_none()));
        let example = weichuang.user_by_phone("13333111222").expect("张三");
        assert!(held(&example) && example.migration.is_none() && example.package.is_some());
        assert!(weichuang.held_by::<Battery>(example.user_id.as_str()).is_some());
    }

    #[test]
    fn a_refusal_names_file_line_column_and_reason() {
        assert_eq!(
            refused(&world("{userId: U2, phoneNo: '1333'}", "{batteryCode: BT0003}")),
            "my.yaml:5:71: expected a phone number: 1 and ten digits"
        );
        assert_eq!(
            refused(&world("{userId: U1, phoneNo: '13333111223'}", "{batteryCode: BT0003}")),
            "my.yaml:5:49: userId U1 stands twice"
        );
    }

    #[test]
    fn every_invariant_is_checked() {
        let good_user = "{userId: U2, phoneNo: '13333111223'}";
        for (user, reason) in [
            ("{userId: U2, phoneNo: '13333111222'}", "user U1 has this phoneNo already"),
            ("{userId: U2, phoneNo: '13333111223', merchantId: '1009'}", "merchantId 1009 is no merchant"),
            ("{userId: U2, phoneNo: '13333111223', registerTime: 2021-02-30 10:00:00}", "expected a time that exists"),
            ("{userId: U2, phoneNo: '13333111223', birthday: 2021-02-29}", "expected a day that exists"),
            ("{userId: U2, phoneNo: '13333111223', idCardStat: 1}", "unknown field"),
            ("{userId: U2}", "missing field `phoneNo`"),
            ("{userId: U2, userId: U3, phoneNo: '13333111223'}", "duplicate"),
            (
                "{userId: U2, phoneNo: '13333111223', deposit: {depositType: 支付宝, depositTime: 2021-01-01 10:00:00, depositAmount: '299'}}",
                "expected an amount in yuan",
            ),
            (
                "{userId: U2, phoneNo: '13333111223', deposit: {depositType: 支付宝, depositTime: 2021-01-01 10:00:00, depositAmount: '0.00'}}",
                "depositAmount must be more than 0.00",
            ),
        ] {
            let line = refused(&world(user, "{batteryCode: BT0003}"));
            assert!(line.starts_with("my.yaml:5:") && line.contains(reason), "{line}");
        }
        for (battery, reason) in [
            ("{batteryCode: BT0001}", "batteryCode BT0001 stands twice"),
            ("{batteryCode: BT 3}", "expected a code"),
            ("{batteryCode: BT0003, userId: U1}", "user U1 holds the battery BT0002 already"),
            ("{batteryCode: BT0003, userId: U9}", "userPhone must stand beside it"),
            ("{batteryCode: BT0003, userPhone: '13333111222'}", "userPhone stands without userId"),
            ("{batteryCode: BT0003, cover: covers/1.png}", "expected an http URL"),
        ] {
            let line = refused(&world(good_user, battery));
            assert!(line.starts_with("my.yaml:6:") && line.contains(reason), "{line}");
        }
    }

    #[test]
    fn broken_yaml_and_missing_files_get_one_line_each() {
        for text in [
            "",
            "weichuang: [",
            "weichuang: {users: 3}",
            "clock: {now: never}\nweichuang: {}",
            "a: 1",
            "\u{0}",
            "weichuang: &a {<<: *a}",
        ] {
            let line = refused(text);
            assert!(line.starts_with("my.yaml") && !line.contains('\n'), "{line}");
        }
        let missing = World::load(Path::new("/no/such/world.yaml")).expect_err("a refusal").to_string();
        assert!(missing.starts_with("/no/such/world.yaml: "), "{missing}");
    }

    #[test]
    fn collections_and_the_side_of_polaris_may_be_left_out() {
        let world = World::from_yaml("my.yaml", "weichuang: {}").expect("an empty world");
        assert!(world.clock.is_none() && world.weichuang.users.rows().is_empty());
        assert!(world.polaris.members.is_empty());
    }

    #[test]
    fn records_of_polaris_refer_to_what_is_there_and_take_nothing_twice() {
        const BASE: &str = "weichuang: {}\npolaris:\n  merchants: [{merchantId: '1001', merchantCode: BCD001, shareCode: ABC001, \
            merchantName: 望京}]\n  tanks: [{tankCode: TK1}]\n  batteries: [{batteryCode: BT1}, {batteryCode: BT2}]\n  \
            vehicles: [{vehicleId: VH1}]\n  members: [{id: 7, phoneNo: '13333111222', state: 1, registerTime: 2021-09-01 \
            08:00:00}, {phoneNo: '13333111223', state: 0, registerTime: 2021-09-01 08:00:00}]\n";
        World::from_yaml("my.yaml", BASE).expect("a world");
        for (collection, rows, reason) in [
            (
                "bindings",
                "{phoneNo: '13333111222', batteryCode: BT3, bindTime: 2021-09-01 09:00}",
                "batteryCode is no battery here",
            ),
            (
                "bindings",
                "{phoneNo: '13333111222', batteryCode: BT1, bindTime: 2021-09-01 09:00}, {phoneNo: '13333111223', \
                 batteryCode: BT1, bindTime: 2021-09-01 10:00}",
                "the battery is with another member",
            ),
            (
                "bindings",
                "{phoneNo: '13333111222', batteryCode: BT1, bindTime: 2021-09-01 09:00}, {phoneNo: '13333111222', \
                 batteryCode: BT2, bindTime: 2021-09-01 10:00}",
                "the member has another battery",
            ),
            (
                "bindings",
                "{phoneNo: '13333111222', batteryCode: BT1, bindTime: 2021-09-01 09:00, unbindTime: 2021-09-01 08:00}",
                "unbindTime is before bindTime",
            ),
            (
                "orders",
                "{externalNo: O1, phoneNo: '13333111222', deviceId: TK1, orderType: 1, orderState: 2, startTime: \
                 2021-09-01 09:00}",
                "orderState does not go with orderType",
            ),
            (
                "orders",
                "{externalNo: O1, phoneNo: '13333111229', deviceId: TK1, orderType: 1, orderState: 1, startTime: \
                 2021-09-01 09:00}",
                "phoneNo is no member here",
            ),
            (
                "gifts",
                "{giftNo: G1, phoneNo: '13333111222', packageName: 月, packageType: 月卡, amount: 1, status: 4, grantTime: \
                 2021-09-01 09:00}",
                "expected a number from 1 to 3",
            ),
            (
                "refunds",
                "{phoneNo: '13333111222', status: 1, applyTime: 2021-09-01 09:00}, {phoneNo: '13333111222', status: 2, \
                 applyTime: 2021-09-02 09:00}",
                "the member has another application that is open",
            ),
            (
                "migrations",
                "{phoneNo: '13333111222', state: completed, startTime: 2021-09-01 09:00}",
                "a completed migration has completeTime and no reason",
            ),
        ] {
            let line = refused(&format!("{BASE}  {collection}: [{rows}]\n"));
            assert!(line.starts_with("my.yaml:8:") && line.contains(reason), "{line}");
        }
        let twice = BASE.replace("13333111223", "13333111222");
        assert_eq!(refused(&twice), "my.yaml:7:91: it stands twice among the members");
    }
}
