use contracts::weichuang::QueryUserRequest;

use super::fault::Fault;
use crate::backend::{
    Backend,
    db::{DbError, sql},
    error::{Error, Result},
    members::{self, Member},
};

/// What a message about a member that is not there is parked with.
pub(super) const NOBODY: &str = "会员不存在";

/// A member, from this side.
pub(super) async fn member(backend: &Backend, id: i64) -> Result<Member, Fault> {
    let found = async { members::by_id(&mut backend.db().session().await?, id).await }.await;
    found?.ok_or_else(|| Fault::Refused(NOBODY.to_owned()))
}

/// A member's `userId` at Weichuang: the one that 1.2.5 tells or, for a phone that is unknown there, our own. It is asked
/// for once and then kept, since batteries are bound to it there.
pub(super) async fn user_id(backend: &Backend, member: &Member) -> Result<String, Fault> {
    if let Some(known) = &member.weichuang_user_id {
        return Ok(known.clone());
    }
    let request = QueryUserRequest { phone_no: member.phone.clone() };
    let told = backend.weichuang().find(|it| it.query_user(&request)).await?.and_then(|user| user.user_id);
    Ok(learn(backend, member.id, told.unwrap_or_else(|| member.id.to_string())).await?)
}

/// Keeps the `userId` of a member, unless somebody else has just learned it. Returns the one that is kept.
async fn learn(backend: &Backend, member_id: i64, user_id: String) -> Result<String> {
    let mut session = backend.db().transaction().await?;
    let statement = sql("UPDATE member SET weichuang_user_id = ").bind(&user_id);
    let statement = statement.push(" WHERE weichuang_user_id IS NULL AND id = ").bind(member_id);
    session.execute(statement).await?;
    let kept = members::by_id(&mut session, member_id).await?.and_then(|member| member.weichuang_user_id);
    session.commit().await?;
    kept.ok_or_else(|| Error::Db(DbError::Other("a member has vanished".to_owned())))
}
