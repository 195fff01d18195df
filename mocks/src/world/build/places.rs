use super::{
    super::{Merchant, MerchantId},
    Unfit,
};

/// Districts with the middle of each, in degrees.
const DISTRICTS: [(&str, &str, f64, f64); 12] = [
    ("北京市东城区", "朝阳门", 39.924, 116.433),
    ("北京市朝阳区", "望京", 39.996, 116.470),
    ("北京市海淀区", "中关村", 39.983, 116.316),
    ("上海市徐汇区", "徐家汇", 31.195, 121.437),
    ("上海市浦东新区", "陆家嘴", 31.238, 121.502),
    ("广州市天河区", "天河", 23.132, 113.327),
    ("深圳市南山区", "南山", 22.533, 113.930),
    ("杭州市西湖区", "西湖", 30.259, 120.130),
    ("成都市锦江区", "春熙路", 30.657, 104.080),
    ("武汉市洪山区", "光谷", 30.506, 114.399),
    ("南京市鼓楼区", "鼓楼", 32.058, 118.769),
    ("西安市雁塔区", "小寨", 34.223, 108.946),
];
const SHOPS: [&str; 5] = ["骑手驿站", "换电站", "电动车行", "两轮车专卖店", "换电服务点"];

/// The district that a merchant stands in, with the middle of it.
pub(super) fn surroundings(merchant: usize) -> (&'static str, f64, f64) {
    let (district, _, latitude, longitude) = DISTRICTS[merchant % DISTRICTS.len()];
    (district, latitude, longitude)
}

/// The merchant with this number.
pub(super) fn merchant(number: usize) -> Result<Merchant, Unfit> {
    let (_, place, ..) = DISTRICTS[number % DISTRICTS.len()];
    let shop = SHOPS[number / DISTRICTS.len() % SHOPS.len()];
    Ok(Merchant {
        merchant_id: merchant_id(number)?,
        merchant_code: format!("BCD{:03}", number + 1).parse()?,
        share_code: format!("ABC{:03}", number + 1).parse()?,
        merchant_name: format!("{place}{shop}").parse()?,
    })
}

/// The id of that merchant.
pub(super) fn merchant_id(number: usize) -> Result<MerchantId, Unfit> {
    Ok((1001 + number).to_string().parse()?)
}
