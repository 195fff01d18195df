//! §1.2.6 用户完成迁移后，通知微创迁移完成 (provisional): `/user/migration/complete`.

use contracts::{
    runtime::Refusal,
    weichuang::{CompleteMigrationRequest, CompleteMigrationSuccess},
};

use super::{formed, known};
use crate::world::{Entity, Migration, Records};

/// The user becomes migrated, once and for one Polaris user.
pub(super) fn answer(
    records: &mut Records,
    request: &CompleteMigrationRequest,
) -> Result<CompleteMigrationSuccess, Refusal> {
    let user = known(records, &request.phone_no)?;
    match &user.migration {
        Some(migration) if migration.user_id.as_str() == request.user_id => {}
        Some(_) => return Err(Refusal::new(409, "该用户已迁移到另一个北极星用户")),
        None => {
            let migration =
                Migration { user_id: formed(&request.user_id)?, migrate_time: formed(&request.migrate_time)? };
            let key = user.key().to_owned();
            records.users.change(&key, |user| user.migration = Some(migration));
        }
    }
    Ok(CompleteMigrationSuccess {})
}
