//! Rewrites the functions of a file so that each of its mutants can be switched on: that of number
//! N is what runs where `crate::__mutant(N)` is true.

use std::collections::HashSet;

use proc_macro2::Span;
use quote::ToTokens;
use serde_json::{Value, json};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, Attribute, Block, Expr, ExprBinary, ExprRepeat, ExprUnary, ImplItemConst, ImplItemFn, ItemConst, ItemFn,
    ItemImpl, ItemMacro, ItemMod, ItemStatic, Pat, PathArguments, Signature, TraitItemConst, TraitItemFn, Type, UnOp,
    parse_quote, spanned::Spanned,
};

use crate::operators::{answers, others};

/// What is found while the files are visited.
#[derive(Default)]
pub(crate) struct Instrument {
    /// The numbers of the mutants that do not compile.
    left_out: HashSet<usize>,
    file: String,
    /// Whether the mutants of `file` are wanted.
    is_chosen: bool,
    function_name: String,
    next: usize,
    /// The mutants, as they are printed.
    pub(crate) found: Vec<Value>,
}

impl Instrument {
    pub(crate) fn new(left_out: HashSet<usize>) -> Self {
        Self { left_out, is_chosen: true, ..Self::default() }
    }

    pub(crate) fn start_file(&mut self, file: String, is_chosen: bool) {
        (self.file, self.is_chosen) = (file, is_chosen);
    }

    /// Records the next mutant and returns its number, unless it or its file is left out.
    fn record(&mut self, span: Span, change: &str) -> Option<usize> {
        let id = self.next;
        self.next += 1;
        if !self.is_chosen || self.left_out.contains(&id) {
            return None;
        }
        let change = format!("{change} in {}", self.function_name);
        self.found.push(json!({"id": id, "file": self.file, "line": span.start().line, "change": change}));
        Some(id)
    }

    /// Puts the mutants of a function into its body, after switches that return another answer.
    fn function(&mut self, attributes: &[Attribute], signature: &Signature, body: &mut Block) {
        if is_test(attributes) || signature.constness.is_some() {
            return;
        }
        let outer = std::mem::replace(&mut self.function_name, signature.ident.to_string());
        let span = signature.ident.span();
        let other_answers = if body.stmts.is_empty() { Vec::new() } else { answers(&signature.output) };
        let mut switches = Vec::new();
        for answer in other_answers {
            let change = format!("the answer became {}", short(&answer));
            if let Some(id) = self.record(span, &change) {
                switches.push(parse_quote!(if crate::__mutant(#id) { return #answer; }));
            }
        }
        visit_mut::visit_block_mut(self, body);
        body.stmts.splice(0..0, switches);
        self.function_name = outer;
    }

    /// An operation with a switch for each of its mutants, whose operands are as in the source. The
    /// switch is in parentheses, because a statement that begins with `if` ends with that `if`.
    fn binary(&mut self, mut operation: ExprBinary) -> Expr {
        let plain = operation.clone();
        visit_mut::visit_expr_binary_mut(self, &mut operation);
        let mut expression = Expr::Binary(operation);
        if holds_let(&plain.left) || holds_let(&plain.right) {
            return expression;
        }
        for other in others(&plain.op) {
            let change = format!("{} became {}", short(&plain.op), short(&other));
            if let Some(id) = self.record(plain.op.span(), &change) {
                let mutant = Expr::Binary(ExprBinary { op: other, ..plain.clone() });
                expression = parse_quote!((if crate::__mutant(#id) { (#mutant) } else { (#expression) }));
            }
        }
        expression
    }

    /// An operation with its mutant, the operand alone; the sign of a literal number stays.
    fn unary(&mut self, mut operation: ExprUnary) -> Expr {
        let operand = operation.expr.clone();
        let is_literal = matches!(*operand, Expr::Lit(_));
        let (span, change) = (operation.op.span(), format!("{} left out", short(&operation.op)));
        let is_changed = matches!(operation.op, UnOp::Not(_) | UnOp::Neg(_)) && !is_literal;
        visit_mut::visit_expr_unary_mut(self, &mut operation);
        match is_changed.then(|| self.record(span, &change)).flatten() {
            Some(id) => parse_quote!((if crate::__mutant(#id) { (#operand) } else { #operation })),
            None => Expr::Unary(operation),
        }
    }

    /// The mutants of a `match`: an arm left out if a last arm `_` takes its values, and a guard
    /// that always or never holds.
    fn arms(&mut self, arms: &mut [Arm]) {
        let has_rest = arms.last().is_some_and(|arm| matches!(arm.pat, Pat::Wild(_)) && arm.guard.is_none());
        let count = arms.len();
        for (place, arm) in arms.iter_mut().enumerate() {
            let text = short(&arm.pat);
            if let Some((if_token, guard)) = arm.guard.take() {
                let mut condition = *guard;
                if !holds_let(&condition) {
                    for held in [true, false] {
                        if let Some(id) = self.record(arm.pat.span(), &format!("the guard of {text} became {held}")) {
                            condition = parse_quote!((if crate::__mutant(#id) { #held } else { (#condition) }));
                        }
                    }
                }
                arm.guard = Some((if_token, Box::new(condition)));
            } else if has_rest && place + 1 < count {
                if let Some(id) = self.record(arm.pat.span(), &format!("the arm {text} left out")) {
                    arm.guard = Some((parse_quote!(if), parse_quote!(!crate::__mutant(#id))));
                }
            }
        }
    }
}

impl VisitMut for Instrument {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        let taken = std::mem::replace(expression, Expr::PLACEHOLDER);
        *expression = match taken {
            Expr::Binary(operation) => self.binary(operation),
            Expr::Unary(operation) => self.unary(operation),
            Expr::Match(mut choice) => {
                visit_mut::visit_expr_match_mut(self, &mut choice);
                self.arms(&mut choice.arms);
                Expr::Match(choice)
            }
            // What is computed before the program runs has no switch.
            Expr::Const(constant) => Expr::Const(constant),
            mut other => {
                visit_mut::visit_expr_mut(self, &mut other);
                other
            }
        };
    }

    fn visit_item_fn_mut(&mut self, item: &mut ItemFn) {
        self.function(&item.attrs, &item.sig, &mut item.block);
    }

    fn visit_impl_item_fn_mut(&mut self, item: &mut ImplItemFn) {
        self.function(&item.attrs, &item.sig, &mut item.block);
    }

    fn visit_trait_item_fn_mut(&mut self, item: &mut TraitItemFn) {
        if let Some(body) = &mut item.default {
            self.function(&item.attrs, &item.sig, body);
        }
    }

    fn visit_item_impl_mut(&mut self, item: &mut ItemImpl) {
        if !is_test(&item.attrs) {
            visit_mut::visit_item_impl_mut(self, item);
        }
    }

    fn visit_item_mod_mut(&mut self, item: &mut ItemMod) {
        if !is_test(&item.attrs) {
            visit_mut::visit_item_mod_mut(self, item);
        }
    }

    // Not the length, which is computed before the program runs.
    fn visit_expr_repeat_mut(&mut self, item: &mut ExprRepeat) {
        self.visit_expr_mut(&mut item.expr);
    }

    // What is computed before the program runs has no switch, nor have patterns and types.
    fn visit_item_const_mut(&mut self, _: &mut ItemConst) {}
    fn visit_item_static_mut(&mut self, _: &mut ItemStatic) {}
    fn visit_impl_item_const_mut(&mut self, _: &mut ImplItemConst) {}
    fn visit_trait_item_const_mut(&mut self, _: &mut TraitItemConst) {}
    fn visit_item_macro_mut(&mut self, _: &mut ItemMacro) {}
    fn visit_type_mut(&mut self, _: &mut Type) {}
    fn visit_pat_mut(&mut self, _: &mut Pat) {}
    fn visit_path_arguments_mut(&mut self, _: &mut PathArguments) {}
    fn visit_attribute_mut(&mut self, _: &mut Attribute) {}
}

/// Whether an item is compiled for tests only.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.meta.to_token_stream().to_string().replace(' ', "");
        text == "test" || text == "cfg(test)"
    })
}

/// Whether an expression is or holds a condition `let ... = ...`, which must stay where it stands.
fn holds_let(expression: &Expr) -> bool {
    match expression {
        Expr::Let(_) => true,
        Expr::Binary(operation) => holds_let(&operation.left) || holds_let(&operation.right),
        _ => false,
    }
}

fn short(part: &impl ToTokens) -> String {
    let text = part.to_token_stream().to_string();
    let cut: String = text.chars().take(40).collect();
    if cut == text { text } else { format!("{cut} ...") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_that_begin_with_a_block_and_matches_without_arms_are_taken() {
        let mut file = syn::parse_file("fn f() -> u8 { let x = if a { 1 } else { 2 } + 3; match never {} }").unwrap();
        let mut mutants = Instrument::new(HashSet::new());
        mutants.visit_file_mut(&mut file);
        let changes: Vec<_> = mutants.found.iter().map(|mutant| mutant["change"].as_str().unwrap()).collect();
        // The first two are the other answers of `f`, 0 and 1.
        assert_eq!(changes[2..], ["+ became - in f", "+ became * in f"]);
        syn::parse_file(&prettyplease::unparse(&file)).unwrap();
    }
}
