use super::{
    Generator,
    draw::{Draw, For, code, fit, later},
    roles::{self, Role},
    timeline::DAY,
};
use crate::world::{
    PackageType,
    polaris::{MonthlyPackageOrder, PackageGift},
};

impl Generator {
    /// Who swaps by a monthly package has bought one: most have paid, some not yet, some have their money back.
    pub(super) fn package_order(&self, number: u64) -> Option<MonthlyPackageOrder> {
        if Role::of(number, &self.scale) != Role::Subscriber {
            return None;
        }
        let mut draw = Draw::new(self.seed, For::Package, number);
        let (name, price) = draw.one_of(&[("畅行月卡", 29_900), ("骑手无忧月卡", 39_900)]);
        let status = match roles::turn(number) % 8 {
            3 => 0,
            5 => 2,
            _ => 1,
        };
        let paid = (status > 0).then(|| self.times.ago(draw.within(DAY..13 * DAY)));
        Some(MonthlyPackageOrder {
            external_no: fit(&format!("YK{number:09}")),
            phone_no: self.phone(number),
            package_name: fit(name),
            price: code(price),
            pay_status: code(status),
            pay_time: paid.map(Into::into),
            effective_time: paid.map(Into::into),
            expire_time: paid.map(|paid| later(paid, 30 * DAY).into()),
        })
    }

    pub(super) fn gift(&self, number: u64) -> Option<PackageGift> {
        if number % 16 != 6 || Role::of(number, &self.scale) != Role::Rider {
            return None;
        }
        let mut draw = Draw::new(self.seed, For::Gift, number);
        let (name, package_type, amount) =
            draw.one_of(&[("体验月卡", PackageType::Monthly, 7), ("赠送次卡", PackageType::Counted, 3)]);
        let status = 1 + (roles::turn(number) % 3) as i64;
        Some(PackageGift {
            gift_no: fit(&format!("ZS{number:09}")),
            phone_no: self.phone(number),
            package_name: fit(name),
            package_type,
            amount: code(amount),
            status: code(status),
            operator_id: Some(fit("OP1001")),
            operator_name: Some(fit("李运营")),
            grant_time: self.times.ago(draw.within(DAY..14 * DAY)).into(),
            remark: Some(fit(draw.one_of(&["老用户关怀", "换电失败补偿", "活动赠送"]))),
        })
    }
}
