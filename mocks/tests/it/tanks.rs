use contracts::weichuang::*;

use crate::mock;

async fn codes(codes: &[&str]) -> Vec<TankInfo> {
    let tank_codes = codes.iter().map(|code| (*code).to_owned()).collect();
    mock().weichuang().query_tanks(QueryTanksRequest { tank_codes }).await.unwrap().tank_list
}

#[tokio::test]
async fn known_tanks_come_once_in_the_order_they_were_asked_for() {
    let found = codes(&["TK0002", "NO", "TK0001", "TK0002"]).await;
    let found: Vec<_> = found.iter().map(|tank| tank.tank_code.as_str()).collect();
    assert_eq!(found, ["TK0002", "TK0001"]);
}

#[tokio::test]
async fn a_tank_has_its_merchant_and_an_absolute_picture() {
    let tank = codes(&["TK0001"]).await.remove(0);
    assert_eq!(tank.merchant_name.as_deref(), Some("朝阳门骑手驿站"));
    assert_eq!(tank.cover.as_deref(), Some("http://127.0.0.1:4010/_mock/images/tank/TK0001.svg"));
}

#[tokio::test]
async fn a_tank_of_which_only_the_code_is_known_is_found_too() {
    let tank = codes(&["TK0024"]).await.remove(0);
    assert!(tank.merchant_id.is_none() && tank.address.is_none() && tank.state.is_none());
}
