//! What may stand in the place of an operator or of a function's body: the kinds of cargo-mutants.

use quote::ToTokens;
use syn::{BinOp, Expr, GenericArgument, PathArguments, ReturnType, Type, parse_quote};

/// The operators that are tried in an operator's place.
pub(crate) fn others(operator: &BinOp) -> Vec<BinOp> {
    match operator {
        BinOp::Add(_) => vec![parse_quote!(-), parse_quote!(*)],
        BinOp::Sub(_) => vec![parse_quote!(+), parse_quote!(/)],
        BinOp::Mul(_) => vec![parse_quote!(+), parse_quote!(/)],
        BinOp::Div(_) => vec![parse_quote!(%), parse_quote!(*)],
        BinOp::Rem(_) => vec![parse_quote!(/), parse_quote!(+)],
        BinOp::And(_) => vec![parse_quote!(||)],
        BinOp::Or(_) => vec![parse_quote!(&&)],
        BinOp::BitXor(_) => vec![parse_quote!(|), parse_quote!(&)],
        BinOp::BitAnd(_) => vec![parse_quote!(|), parse_quote!(^)],
        BinOp::BitOr(_) => vec![parse_quote!(&), parse_quote!(^)],
        BinOp::Shl(_) => vec![parse_quote!(>>)],
        BinOp::Shr(_) => vec![parse_quote!(<<)],
        BinOp::Eq(_) => vec![parse_quote!(!=)],
        BinOp::Ne(_) => vec![parse_quote!(==)],
        BinOp::Lt(_) => vec![parse_quote!(==), parse_quote!(>), parse_quote!(<=)],
        BinOp::Le(_) => vec![parse_quote!(>), parse_quote!(<)],
        BinOp::Gt(_) => vec![parse_quote!(==), parse_quote!(<), parse_quote!(>=)],
        BinOp::Ge(_) => vec![parse_quote!(<), parse_quote!(>)],
        BinOp::AddAssign(_) => vec![parse_quote!(-=), parse_quote!(*=)],
        BinOp::SubAssign(_) => vec![parse_quote!(+=), parse_quote!(/=)],
        BinOp::MulAssign(_) => vec![parse_quote!(+=), parse_quote!(/=)],
        BinOp::DivAssign(_) => vec![parse_quote!(%=), parse_quote!(*=)],
        BinOp::BitOrAssign(_) => vec![parse_quote!(&=), parse_quote!(^=)],
        BinOp::BitAndAssign(_) => vec![parse_quote!(|=), parse_quote!(^=)],
        BinOp::BitXorAssign(_) => vec![parse_quote!(|=), parse_quote!(&=)],
        BinOp::ShlAssign(_) => vec![parse_quote!(>>=)],
        BinOp::ShrAssign(_) => vec![parse_quote!(<<=)],
        _ => Vec::new(),
    }
}

/// The values that are tried in the place of a function's body.
pub(crate) fn answers(output: &ReturnType) -> Vec<Expr> {
    match output {
        ReturnType::Default => vec![parse_quote!(())],
        ReturnType::Type(_, kind) => values_of(kind),
    }
}

fn values_of(kind: &Type) -> Vec<Expr> {
    let text = kind.to_token_stream().to_string().replace(' ', "");
    match text.as_str() {
        "()" => return vec![parse_quote!(())],
        "bool" => return vec![parse_quote!(true), parse_quote!(false)],
        "String" => return vec![parse_quote!(String::new()), parse_quote!("xyzzy".to_owned())],
        "f64" => return vec![parse_quote!(0.0), parse_quote!(1.0), parse_quote!(-1.0)],
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => {
            return vec![parse_quote!(0), parse_quote!(1), parse_quote!(-1)];
        }
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => return vec![parse_quote!(0), parse_quote!(1)],
        _ if text.ends_with("fmt::Result") => return vec![parse_quote!(Ok(()))],
        _ => {}
    }
    match kind {
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return Vec::new() };
            let inner = first_argument(&last.arguments);
            match (last.ident.to_string().as_str(), inner) {
                ("Option", Some(inner)) => {
                    let some = values_of(inner).into_iter().map(|value| parse_quote!(Some(#value)));
                    std::iter::once(parse_quote!(None)).chain(some).collect()
                }
                ("Result", Some(inner)) => values_of(inner).into_iter().map(|value| parse_quote!(Ok(#value))).collect(),
                ("Vec", _) => vec![parse_quote!(Vec::new())],
                _ => vec![parse_quote!(Default::default())],
            }
        }
        Type::Reference(reference) if reference.elem.to_token_stream().to_string() == "str" => {
            vec![parse_quote!(""), parse_quote!("xyzzy")]
        }
        Type::Tuple(tuple) => {
            let values = tuple.elems.iter().map(|_| -> Expr { parse_quote!(Default::default()) });
            vec![parse_quote!((#(#values),*))]
        }
        _ => Vec::new(),
    }
}

fn first_argument(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(listed) = arguments else { return None };
    listed.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    })
}
