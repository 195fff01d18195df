use std::fmt;

use serde::{Serialize, Serializer};

/// Who is broken by a change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Breaks {
    /// Whoever calls by the old version.
    pub callers: bool,
    /// Whoever answers by the old version.
    pub provider: bool,
}

impl Breaks {
    /// Callers and the provider.
    pub const BOTH: Self = Self { callers: true, provider: true };
    /// Callers alone.
    pub const CALLERS: Self = Self { callers: true, provider: false };
    /// Nobody.
    pub const NOBODY: Self = Self { callers: false, provider: false };
    /// The provider alone.
    pub const PROVIDER: Self = Self { callers: false, provider: true };

    /// Whether anybody is.
    #[must_use]
    pub fn somebody(self) -> bool {
        self != Self::NOBODY
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        [(self.callers, "callers"), (self.provider, "provider")].into_iter().filter_map(|(it, name)| it.then_some(name))
    }
}

impl fmt::Display for Breaks {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.names().collect();
        out.pad(&if names.is_empty() { "nobody".to_owned() } else { names.join(" and ") })
    }
}

impl Serialize for Breaks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

/// Which way a value travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// From the caller to the provider.
    Request,
    /// From the provider to the caller.
    Reply,
}

/// What a rule's change does to the values that are allowed.
#[derive(Debug, Clone, Copy)]
enum Effect {
    /// Fewer are.
    Narrows,
    /// More are.
    Widens,
    /// Some are no longer, and others are now; or nobody can tell.
    Replaces,
    /// The same are.
    Keeps,
    /// Who is broken cannot be told from the values: said for a request, then for a reply.
    Apart(Breaks, Breaks),
}

impl Effect {
    fn breaks(self, side: Side) -> Breaks {
        match (self, side) {
            (Self::Narrows, Side::Request) | (Self::Widens, Side::Reply) => Breaks::CALLERS,
            (Self::Narrows, Side::Reply) | (Self::Widens, Side::Request) => Breaks::PROVIDER,
            (Self::Replaces, _) => Breaks::BOTH,
            (Self::Keeps, _) => Breaks::NOBODY,
            (Self::Apart(request, _), Side::Request) => request,
            (Self::Apart(_, reply), Side::Reply) => reply,
        }
    }
}

macro_rules! rules {
    ($($(#[doc = $meaning:literal])+ $rule:ident $id:literal $effect:expr,)*) => {
        /// A rule that a change falls under.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule { $($(#[doc = $meaning])+ $rule,)* }

        impl Rule {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$rule),*];

            /// Its name in reports and in what mentions a break; never changes.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$rule => $id,)* }
            }

            /// What has changed, and where it is not plain, why it breaks whom it breaks.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$rule => concat!($($meaning),+).trim_ascii(),)* }
            }

            fn effect(self) -> Effect {
                use Effect::*;
                match self { $(Self::$rule => $effect,)* }
            }
        }
    };
}

const CALLERS: Effect = Effect::Apart(Breaks::CALLERS, Breaks::CALLERS);
const PROVIDER: Effect = Effect::Apart(Breaks::PROVIDER, Breaks::PROVIDER);

rules! {
    /// The whole document is gone.
    DocumentRemoved "document-removed" CALLERS,
    /// A new document, which its provider must implement.
    DocumentAdded "document-added" PROVIDER,
    /// Replies are wrapped in another way (`x-envelope`).
    EnvelopeChanged "envelope-changed" Replaces,
    /// Callers may still call the old address.
    ServerRemoved "server-removed" CALLERS,
    /// Callers may call a new address.
    ServerAdded "server-added" PROVIDER,

    /// The operation is gone.
    OperationRemoved "operation-removed" CALLERS,
    /// A new operation, which its provider must implement.
    OperationAdded "operation-added" PROVIDER,
    /// Same operationId, another path or method: old callers find nothing, and so do new ones at an old provider.
    OperationMoved "operation-moved" Replaces,
    /// Same path and method, another operationId: the wire stays as it is, but generated clients lose the name.
    OperationRenamed "operation-renamed" CALLERS,
    /// A way of proving who calls is no longer taken.
    SecurityAlternativeRemoved "security-alternative-removed" Narrows,
    /// Another way of proving who calls is taken.
    SecurityAlternativeAdded "security-alternative-added" Widens,
    /// The scheme that proves who calls works in another way.
    SecuritySchemeChanged "security-scheme-changed" Replaces,

    /// The body can no longer be of this content type.
    ContentTypeRemoved "content-type-removed" Narrows,
    /// The body can be of this content type too.
    ContentTypeAdded "content-type-added" Widens,
    /// This status is no longer answered.
    StatusRemoved "status-removed" Narrows,
    /// This status may be answered too.
    StatusAdded "status-added" Widens,

    /// The field is gone: what a caller sends in it has no effect any more, and who reads it finds nothing.
    FieldRemoved "field-removed" CALLERS,
    /// A field that had to be there is gone; an old provider still refuses a request without it.
    RequiredFieldRemoved "required-field-removed" Apart(Breaks::BOTH, Breaks::CALLERS),
    /// A field is gone from an object that refuses others.
    ClosedFieldRemoved "closed-field-removed" Narrows,
    /// A new field that may be left out: an old provider takes a request with it, a caller passes over it in a reply.
    FieldAdded "field-added" Keeps,
    /// A new field that has to be there.
    RequiredFieldAdded "required-field-added" Narrows,
    /// A new field in an object that refused others.
    ClosedFieldAdded "closed-field-added" Widens,
    /// What could be left out has to be there.
    FieldBecameRequired "field-became-required" Narrows,
    /// What had to be there can be left out.
    FieldBecameOptional "field-became-optional" Widens,
    /// Fields that the object does not have are refused.
    AdditionalFieldsRefused "additional-fields-refused" Narrows,
    /// Fields that the object does not have are no longer refused.
    AdditionalFieldsAllowed "additional-fields-allowed" Widens,

    /// The value can be null.
    BecameNullable "became-nullable" Widens,
    /// The value can no longer be null.
    NoLongerNullable "no-longer-nullable" Narrows,
    /// Another type.
    TypeChanged "type-changed" Replaces,
    /// Fewer types.
    TypeNarrowed "type-narrowed" Narrows,
    /// More types.
    TypeWidened "type-widened" Widens,
    /// Another format.
    FormatChanged "format-changed" Replaces,
    /// A format where there was none, or a smaller number format.
    FormatNarrowed "format-narrowed" Narrows,
    /// The format is gone, or a larger number format.
    FormatWidened "format-widened" Widens,
    /// Another pattern; which values the two share, nobody can tell.
    PatternChanged "pattern-changed" Replaces,
    /// A pattern where there was none.
    PatternAdded "pattern-added" Narrows,
    /// The pattern is gone.
    PatternRemoved "pattern-removed" Widens,
    /// A value is no longer in `enum`.
    EnumValueRemoved "enum-value-removed" Narrows,
    /// A value is new in `enum`.
    EnumValueAdded "enum-value-added" Widens,
    /// Values are enumerated that were free.
    EnumAdded "enum-added" Narrows,
    /// The values are free that were enumerated.
    EnumRemoved "enum-removed" Widens,
    /// Another constant.
    ConstChanged "const-changed" Replaces,
    /// One of the alternatives (`oneOf`, `anyOf`) is gone.
    AlternativeRemoved "alternative-removed" Narrows,
    /// One more alternative (`oneOf`, `anyOf`).
    AlternativeAdded "alternative-added" Widens,
    /// Several forms where there was one, or the other way round; which values both allow, nobody can tell.
    AlternativesChanged "alternatives-changed" Replaces,
    /// No item may stand in the list twice.
    UniqueItemsDemanded "unique-items-demanded" Narrows,
    /// Items may stand in the list twice.
    UniqueItemsDropped "unique-items-dropped" Widens,

    /// A higher least value, or one where there was none.
    MinimumRaised "minimum-raised" Narrows,
    /// A lower least value, or none.
    MinimumLowered "minimum-lowered" Widens,
    /// A lower greatest value, or one where there was none.
    MaximumLowered "maximum-lowered" Narrows,
    /// A higher greatest value, or none.
    MaximumRaised "maximum-raised" Widens,
    /// A higher bound below all values, or one where there was none.
    ExclusiveMinimumRaised "exclusive-minimum-raised" Narrows,
    /// A lower bound below all values, or none.
    ExclusiveMinimumLowered "exclusive-minimum-lowered" Widens,
    /// A lower bound above all values, or one where there was none.
    ExclusiveMaximumLowered "exclusive-maximum-lowered" Narrows,
    /// A higher bound above all values, or none.
    ExclusiveMaximumRaised "exclusive-maximum-raised" Widens,
    /// Short texts are refused, or more of them.
    MinLengthRaised "min-length-raised" Narrows,
    /// Shorter texts are allowed.
    MinLengthLowered "min-length-lowered" Widens,
    /// Long texts are refused, or more of them.
    MaxLengthLowered "max-length-lowered" Narrows,
    /// Longer texts are allowed.
    MaxLengthRaised "max-length-raised" Widens,
    /// Short lists are refused, or more of them.
    MinItemsRaised "min-items-raised" Narrows,
    /// Shorter lists are allowed.
    MinItemsLowered "min-items-lowered" Widens,
    /// Long lists are refused, or more of them.
    MaxItemsLowered "max-items-lowered" Narrows,
    /// Longer lists are allowed.
    MaxItemsRaised "max-items-raised" Widens,
    /// Objects with few fields are refused, or more of them.
    MinPropertiesRaised "min-properties-raised" Narrows,
    /// Objects with fewer fields are allowed.
    MinPropertiesLowered "min-properties-lowered" Widens,
    /// Objects with many fields are refused, or more of them.
    MaxPropertiesLowered "max-properties-lowered" Narrows,
    /// Objects with more fields are allowed.
    MaxPropertiesRaised "max-properties-raised" Widens,

    /// What a request means that leaves the value out has changed; in a reply, nothing is left to guess.
    DefaultChanged "default-changed" Apart(Breaks::CALLERS, Breaks::NOBODY),
    /// Marked as about to go, or no longer so: everything still works.
    DeprecatedChanged "deprecated-changed" Keeps,
    /// Words for people, and examples.
    DocumentationChanged "documentation-changed" Keeps,
    /// A keyword that starts with `x-`, which OpenAPI lets everybody pass over.
    ExtensionChanged "extension-changed" Keeps,
    /// A keyword that no rule is for has changed: look at it yourself, it may break anybody.
    UnknownKeywordChanged "unknown-keyword-changed" Replaces,
}

impl Rule {
    /// Who is broken when it happens on this side.
    #[must_use]
    pub fn breaks(self, side: Side) -> Breaks {
        self.effect().breaks(side)
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}
