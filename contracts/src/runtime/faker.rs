//! Sample values that fit the contract, deterministic by the random source that is passed in.

use fake::{
    Dummy, Fake,
    faker::{
        address::raw::StreetName,
        name::raw::{FirstName, LastName},
    },
    locales::ZH_CN,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::{Envelope, Flat, NoData, Operation};

/// Asks for a value within the limits of the contract: `Fit.fake_with_rng::<TankInfo, _>(&mut rng)`.
#[derive(Debug, Clone, Copy)]
pub struct Fit;

/// Answers every operation of a side with sample data: the same reply for the same request and seed.
#[derive(Debug, Clone, Copy)]
pub struct Samples {
    /// The seed.
    pub seed: u64,
}

impl Samples {
    /// The sample reply to `request`.
    pub fn sample<O: Operation>(&self, request: &O::Request) -> O::Data {
        let body = serde_json::to_vec(request).unwrap_or_default();
        // FNV-1a: stable across releases of Rust, unlike the standard library's hasher.
        let hash = O::INFO
            .id
            .bytes()
            .chain(body)
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Fit.fake_with_rng(&mut StdRng::seed_from_u64(hash ^ self.seed))
    }
}

impl Dummy<Fit> for NoData {
    fn dummy_with_rng<R: RngExt + ?Sized>(_: &Fit, _: &mut R) -> Self {
        NoData
    }
}

impl<T: Dummy<Fit>> Dummy<Fit> for Envelope<T> {
    fn dummy_with_rng<R: RngExt + ?Sized>(_: &Fit, rng: &mut R) -> Self {
        Envelope::success(T::dummy_with_rng(&Fit, rng))
    }
}

impl<T: Dummy<Fit>> Dummy<Fit> for Flat<T> {
    fn dummy_with_rng<R: RngExt + ?Sized>(_: &Fit, rng: &mut R) -> Self {
        Flat::success(T::dummy_with_rng(&Fit, rng))
    }
}

impl<T: Dummy<Fit>> Dummy<Fit> for Vec<T> {
    fn dummy_with_rng<R: RngExt + ?Sized>(_: &Fit, rng: &mut R) -> Self {
        list(rng, 0, usize::MAX, |rng| T::dummy_with_rng(&Fit, rng))
    }
}

/// One of `choices`, which are not empty.
pub fn one_of<R: RngExt + ?Sized, T: Copy>(choices: &[T], rng: &mut R) -> T {
    choices[rng.random_range(0..choices.len())]
}

/// A value, four times out of five.
pub fn maybe<R: RngExt + ?Sized, T>(rng: &mut R, make: impl FnOnce(&mut R) -> T) -> Option<T> {
    rng.random_bool(0.8).then(|| make(rng))
}

/// A short list of at least `min` and at most `max` values, empty only where it has to be.
pub fn list<R: RngExt + ?Sized, T>(rng: &mut R, min: usize, max: usize, mut make: impl FnMut(&mut R) -> T) -> Vec<T> {
    let length = rng.random_range(min.max(1).min(max)..=max.min(min.max(5)));
    (0..length).map(|_| make(rng)).collect()
}

/// A mobile phone number.
pub fn phone<R: RngExt + ?Sized>(rng: &mut R) -> String {
    let prefix = one_of(&["133", "135", "138", "139", "150", "159", "177", "186", "188", "199"], rng);
    format!("{prefix}{:08}", rng.random_range(0..100_000_000))
}

/// A person's name.
pub fn person_name<R: RngExt + ?Sized>(rng: &mut R) -> String {
    let family: String = LastName(ZH_CN).fake_with_rng(rng);
    let given: String = FirstName(ZH_CN).fake_with_rng(rng);
    family + &given
}

/// The name of a shop.
pub fn merchant_name<R: RngExt + ?Sized>(rng: &mut R) -> String {
    let place = one_of(&["望京", "中关村", "国贸", "徐家汇", "天河", "南山", "武林", "春熙路", "光谷", "鼓楼"], rng);
    let kind = one_of(&["换电站", "电动车行", "骑手驿站", "两轮车专卖店", "换电服务点"], rng);
    format!("{place}{kind}")
}

/// A street address.
pub fn address<R: RngExt + ?Sized>(rng: &mut R) -> String {
    let district =
        one_of(&["北京市朝阳区", "北京市海淀区", "上海市徐汇区", "广州市天河区", "深圳市南山区", "杭州市西湖区"], rng);
    let street: String = StreetName(ZH_CN).fake_with_rng(rng);
    format!("{district}{street}{}号", rng.random_range(1..=199))
}

/// A latitude in China, in degrees.
pub fn latitude<R: RngExt + ?Sized>(rng: &mut R) -> String {
    format!("{}.{:06}", rng.random_range(22..=45), rng.random_range(0..1_000_000))
}

/// A longitude in China, in degrees.
pub fn longitude<R: RngExt + ?Sized>(rng: &mut R) -> String {
    format!("{}.{:06}", rng.random_range(103..=121), rng.random_range(0..1_000_000))
}

/// `yyyy-MM-dd HH:mm:ss`.
pub fn datetime<R: RngExt + ?Sized>(rng: &mut R) -> String {
    format!("{}:{:02}", minute(rng), rng.random_range(0..60))
}

/// `yyyy-MM-dd HH:mm`.
pub fn minute<R: RngExt + ?Sized>(rng: &mut R) -> String {
    let (year, month, day) = (rng.random_range(2021..=2024), rng.random_range(1..=12), rng.random_range(1..=28));
    format!("{year}-{month:02}-{day:02} {:02}:{:02}", rng.random_range(0..24), rng.random_range(0..60))
}

/// A birthday, `yyyy-MM-dd`.
pub fn day<R: RngExt + ?Sized>(rng: &mut R) -> String {
    let (year, month, day) = (rng.random_range(1965..=2004), rng.random_range(1..=12), rng.random_range(1..=28));
    format!("{year}-{month:02}-{day:02}")
}

/// An amount in yuan.
pub fn yuan<R: RngExt + ?Sized>(rng: &mut R) -> String {
    one_of(&["99.00", "199.00", "299.00", "399.00", "499.00", "0.00"], rng).to_owned()
}

/// An id as a string of digits.
pub fn id_digits<R: RngExt + ?Sized>(rng: &mut R) -> String {
    rng.random_range(100_000..1_000_000_000_u64).to_string()
}

/// A tank's code.
pub fn tank_code<R: RngExt + ?Sized>(rng: &mut R) -> String {
    format!("TK{:04}", rng.random_range(1..10_000))
}

/// A battery's code.
pub fn battery_code<R: RngExt + ?Sized>(rng: &mut R) -> String {
    format!("BT{:04}", rng.random_range(1..10_000))
}

/// A vehicle's code.
pub fn vehicle_code<R: RngExt + ?Sized>(rng: &mut R) -> String {
    format!("EV{:04}", rng.random_range(1..10_000))
}

/// A merchant's code (商家码).
pub fn merchant_code<R: RngExt + ?Sized>(rng: &mut R) -> String {
    format!("BCD{:03}", rng.random_range(1..1000))
}

/// A merchant's share code (推广码, 邀请码).
pub fn share_code<R: RngExt + ?Sized>(rng: &mut R) -> String {
    format!("ABC{:03}", rng.random_range(1..1000))
}

/// A share code as lists mask it (§2.2.14).
pub fn masked_share_code<R: RngExt + ?Sized>(rng: &mut R) -> String {
    format!("ABC****{:03}", rng.random_range(1..1000))
}

/// A user's id at Weichuang.
pub fn user_id<R: RngExt + ?Sized>(rng: &mut R) -> String {
    format!("WC{:06}", rng.random_range(1..1_000_000))
}

/// The address of a picture.
pub fn image_url<R: RngExt + ?Sized>(rng: &mut R) -> String {
    format!("http://127.0.0.1:4010/_mock/images/battery/{}.svg", battery_code(rng))
}

/// A trace id.
pub fn trace_id<R: RngExt + ?Sized>(rng: &mut R) -> String {
    format!("{:016x}", rng.random::<u64>())
}

/// A number that makes a call idempotent.
pub fn no<R: RngExt + ?Sized>(rng: &mut R) -> String {
    format!("NO{:012}", rng.random_range(1..1_000_000_000_000_u64))
}
