use contracts::internal::{GetMigrationRequest, Migration};

use super::state;
use crate::backend::{
    Backend,
    error::{Error, Result},
};

/// 查询迁移状态
///
/// # Errors
/// [`Error::NotFound`] when the migration of this phone has never begun.
pub async fn get_migration(backend: &Backend, request: GetMigrationRequest) -> Result<Migration> {
    let found = state::of_phone(&mut backend.db().session().await?, &request.phone_no).await?;
    found.map(Migration::from).ok_or(Error::NotFound("该手机号没有迁移记录"))
}
