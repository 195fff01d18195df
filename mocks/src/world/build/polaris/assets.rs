use std::ops::Range;

use fake::{Fake, faker::address::raw::StreetName, locales::ZH_CN};

use super::{
    Generator,
    draw::{Draw, For, code, fit, later},
    roles,
};
use crate::world::{
    Code, MerchantId, Number,
    build::places::{shop, surroundings},
    polaris::{Battery, Merchant, Tank, Vehicle},
};

/// Models of vehicles, with what they are called and how far they go.
const VEHICLES: [(&str, &str, &str); 3] = [
    ("星驰S1", "星驰标准版", "48V24Ah 前后碟刹"),
    ("星驰S2", "星驰长续航版", "60V20Ah 前后碟刹"),
    ("飞燕G3", "飞燕货运版", "72V30Ah 带后货架"),
];

impl Generator {
    pub(super) fn merchant(&self, number: u64) -> Merchant {
        let place = surroundings(number);
        Merchant {
            merchant_id: merchant_id(number),
            merchant_code: fit(&format!("BCD{:03}", number + 1)),
            share_code: share_code(number),
            merchant_name: fit(&shop(number)),
            merchant_type_name: Some(fit(["直营", "加盟", "合作"][number as usize % 3])),
            city_id: Some(code(place.city_id)),
            city_name: Some(fit(place.city)),
            region_name: Some(fit(place.region)),
        }
    }

    pub(super) fn tank(&self, number: u64) -> Tank {
        let mut draw = Draw::new(self.seed, For::Tank, number);
        let merchant = number % self.scale.merchants;
        let place = surroundings(merchant);
        let street: String = StreetName(ZH_CN).fake_with_rng(draw.rng());
        let house = draw.within(1..200);
        let mut near = |middle: f64| format!("{:.6}", middle + (draw.share() - 0.5) * 0.06);
        let (latitude, longitude) = (near(place.latitude), near(place.longitude));
        Tank {
            tank_code: tank_code(number),
            merchant_id: Some(merchant_id(merchant)),
            latitude: Some(fit(&latitude)),
            longitude: Some(fit(&longitude)),
            address: Some(fit(&format!("{}{}{street}{house}号", place.city, place.region))),
            model: Some(fit(draw.one_of(&["HD-12K", "HD-9K", "HD-6S"]))),
            state: match number % 11 {
                4 => Number::try_from(2).ok(),
                9 => Number::try_from(0).ok(),
                _ => Number::try_from(1).ok(),
            },
        }
    }

    /// BT0001 is free; then come the batteries that are swapped, with a member or in a cabinet; then the spare ones.
    pub(super) fn battery(&self, number: u64) -> Battery {
        let mut draw = Draw::new(self.seed, For::Battery, number);
        let pooled = number.checked_sub(1).filter(|pooled| *pooled < self.scale.pool());
        let merchant = pooled.map_or(number % self.scale.merchants, |pooled| self.swaps.merchant(pooled));
        let mut battery = Battery {
            battery_code: battery_code(number),
            merchant_id: Some(merchant_id(merchant)),
            battery_model: Some(fit(draw.one_of(&["60V20Ah", "48V24Ah", "72V30Ah"]))),
            img_url: None,
            cabinet_code: None,
            grid_pos: None,
            current_battery: None,
            charge_full_date: None,
            can_travel_distance: None,
        };
        if let Some(pooled) = pooled.filter(|pooled| self.swaps.holder(*pooled).is_none()) {
            let (nth, tanks) = (self.swaps.among_its_merchants(pooled), self.scale.tanks_of(merchant));
            battery.cabinet_code = Some(tank_code(nth % tanks * self.scale.merchants + merchant));
            battery.grid_pos = Some(fit(&(nth / tanks + 1).to_string()));
            let charge = draw.one_of(&[100, 100, 98, 93, 86, 74, 61, 47]);
            battery.current_battery = Some(code(charge));
            battery.can_travel_distance = (charge * 7 / 10).try_into().ok();
            let charged = later(self.times.now, -draw.within(120..18_000));
            battery.charge_full_date = (charge == 100).then(|| charged.into());
        }
        battery
    }

    pub(super) fn vehicle(&self, number: u64) -> Vehicle {
        let (model, name, spec) = Draw::new(self.seed, For::Vehicle, number).one_of(&VEHICLES);
        Vehicle {
            vehicle_id: vehicle_code(number),
            merchant_id: Some(merchant_id(number % self.scale.merchants)),
            model: Some(fit(model)),
            name: Some(fit(name)),
            spec: Some(fit(spec)),
            img_url: None,
        }
    }

    /// The batteries that no member has and no review is about.
    pub(in crate::world::build) fn spare_batteries(&self) -> Range<u64> {
        1 + self.scale.pool()..self.scale.batteries - self.scale.new_members()
    }

    /// The vehicles that no member has and no review is about.
    pub(in crate::world::build) fn spare_vehicles(&self) -> Range<u64> {
        roles::rented_vehicles(self.scale.established, self.scale.merchants)
            ..self.scale.vehicles - self.scale.new_members()
    }
}

pub(in crate::world::build) fn merchant_id(number: u64) -> MerchantId {
    fit(&(1001 + number).to_string())
}

pub(super) fn share_code(merchant: u64) -> Code {
    fit(&format!("ABC{:03}", merchant + 1))
}

pub(super) fn tank_code(number: u64) -> Code {
    fit(&format!("TK{:04}", number + 1))
}

pub(super) fn battery_code(number: u64) -> Code {
    fit(&format!("BT{:04}", number + 1))
}

pub(super) fn vehicle_code(number: u64) -> Code {
    fit(&format!("VH{:04}", number + 1))
}
