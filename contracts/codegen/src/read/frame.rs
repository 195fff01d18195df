use std::collections::BTreeSet;

use super::Shelf;
use crate::cursor::{Cursor, Fields, Result};

/// Reads what no Rust is made of: title, servers, and the security of the document as a whole.
pub fn frame<'a>(fields: &Fields<'a>, schemes: &mut Shelf<'a>) -> Result<()> {
    info(&fields.required("info")?)?;
    for server in fields.required("servers")?.items()? {
        let server = server.fields("server")?;
        server.prose("url")?;
        server.prose("description")?;
        server.finish()?;
    }
    for (_, scheme) in schemes.parts() {
        security_scheme(&scheme)?;
    }
    security(&fields.required("security")?, schemes)
}

fn info(at: &Cursor<'_>) -> Result<()> {
    let info = at.fields("info")?;
    info.prose("title")?;
    info.prose("version")?;
    info.optional_as("summary", |text| text.prose())?;
    info.prose("description")?;
    let contact = info.required("contact")?.fields("contact")?;
    contact.prose("name")?;
    contact.finish()?;
    let license = info.required("license")?.fields("license")?;
    license.prose("name")?;
    license.prose("identifier")?;
    license.finish()?;
    info.finish()
}

/// The tags; each stands in one group, or the tools that show groups would hide it.
pub fn tags<'a>(fields: &Fields<'a>) -> Result<Shelf<'a>> {
    let mut tags = Shelf::new("", None)?;
    for at in fields.required("tags")?.items()? {
        let tag = at.fields("tag")?;
        tags.add(tag.required("name")?.text()?, at)?;
        tag.prose("description")?;
        tag.finish()?;
    }
    let mut grouped = BTreeSet::new();
    for group in fields.required("x-tagGroups")?.items()? {
        let group = group.fields("tag group")?;
        group.prose("name")?;
        for tag in group.required("tags")?.items()? {
            let name = tag.text()?;
            if !tags.has(name) {
                return Err(tag.error(format!("there is no `{name}`")));
            }
            if !grouped.insert(name) {
                return Err(tag.error(format!("`{name}` stands in a group already")));
            }
        }
        group.finish()?;
    }
    match tags.parts().into_iter().find(|(name, _)| !grouped.contains(name)) {
        Some((name, tag)) => Err(tag.error(format!("`{name}` stands in no group"))),
        None => Ok(tags),
    }
}

/// A list of alternatives, each of which names the schemes that it takes.
fn security<'a>(at: &Cursor<'a>, schemes: &mut Shelf<'a>) -> Result<()> {
    for alternative in at.items()? {
        for (name, scopes) in alternative.entries()? {
            schemes.pick(name, &scopes)?;
            if !scopes.items()?.is_empty() {
                return Err(scopes.error("these schemes have no scopes"));
            }
        }
    }
    Ok(())
}

fn security_scheme(at: &Cursor<'_>) -> Result<()> {
    let scheme = at.fields("security scheme")?;
    match scheme.required("type")?.one_of("security scheme type", &["apiKey", "http"])? {
        "http" => {
            scheme.required("scheme")?.one_of("scheme", &["bearer"])?;
        }
        _ => {
            scheme.required("in")?.one_of("place of an apiKey", &["query"])?;
            scheme.prose("name")?;
        }
    }
    scheme.prose("description")?;
    scheme.finish()
}
