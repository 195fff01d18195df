/// A district where merchants stand.
pub(super) struct Place {
    pub city: &'static str,
    /// The city's code in GB/T 2260.
    pub city_id: i64,
    pub region: &'static str,
    /// What merchants there are called after.
    pub name: &'static str,
    /// The middle of it, in degrees.
    pub latitude: f64,
    pub longitude: f64,
}

const PLACES: [Place; 12] = [
    place(("北京市", 110_100), ("东城区", "朝阳门"), (39.924, 116.433)),
    place(("北京市", 110_100), ("朝阳区", "望京"), (39.996, 116.470)),
    place(("北京市", 110_100), ("海淀区", "中关村"), (39.983, 116.316)),
    place(("上海市", 310_100), ("徐汇区", "徐家汇"), (31.195, 121.437)),
    place(("上海市", 310_100), ("浦东新区", "陆家嘴"), (31.238, 121.502)),
    place(("广州市", 440_100), ("天河区", "天河"), (23.132, 113.327)),
    place(("深圳市", 440_300), ("南山区", "南山"), (22.533, 113.930)),
    place(("杭州市", 330_100), ("西湖区", "西湖"), (30.259, 120.130)),
    place(("成都市", 510_100), ("锦江区", "春熙路"), (30.657, 104.080)),
    place(("武汉市", 420_100), ("洪山区", "光谷"), (30.506, 114.399)),
    place(("南京市", 320_100), ("鼓楼区", "鼓楼"), (32.058, 118.769)),
    place(("西安市", 610_100), ("雁塔区", "小寨"), (34.223, 108.946)),
];
const SHOPS: [&str; 5] = ["骑手驿站", "换电站", "电动车行", "两轮车专卖店", "换电服务点"];

const fn place(
    (city, city_id): (&'static str, i64),
    (region, name): (&'static str, &'static str),
    (latitude, longitude): (f64, f64),
) -> Place {
    Place { city, city_id, region, name, latitude, longitude }
}

/// Where the merchant with this number stands.
pub(super) fn surroundings(merchant: u64) -> &'static Place {
    &PLACES[merchant as usize % PLACES.len()]
}

/// What the merchant with this number is called; from the 61st on, names have a number too.
pub(super) fn shop(merchant: u64) -> String {
    let kind = SHOPS[merchant as usize / PLACES.len() % SHOPS.len()];
    let name = surroundings(merchant).name;
    match merchant as usize / (PLACES.len() * SHOPS.len()) {
        0 => format!("{name}{kind}"),
        nth => format!("{name}{kind}{}店", nth + 1),
    }
}
