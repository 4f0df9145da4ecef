//! Reads shapes as JSON on standard input and prints, for every shape and profile, the bits that p3-security
//! gives each error in the profile's regime, before any grinding.

use std::collections::BTreeMap;
use std::io::{Read, stdin};

use p3_security::fri::{FriRegime, commit_phase_error_ldr_m, commit_phase_error_udr, query_phase_error};
use p3_security::logup::{LogUpAir, fingerprint_error};
use p3_security::proximity::{alpha_ldr_m, alpha_udr, list_size_ldr_m, list_size_udr};
use p3_security::{
    GrindingSites, InstanceShape, SecurityAssumption, SecurityTerm, StarkAirParams, air, deep, logup, stark,
};
use serde::{Deserialize, Serialize};

/// The quintic extension of KoalaBear has 2^154.9 elements; the crate takes whole bits.
const MODULUS_BITS: usize = 154;
const HASH_BITS: usize = 128;
const MAX_COMBO: usize = 2;

#[derive(Deserialize)]
struct Input {
    profiles: BTreeMap<String, Profile>,
    shapes: Vec<Shape>,
}

#[derive(Deserialize)]
struct Profile {
    log_blowup: usize,
    /// 0: unique decoding.
    multiplicity: usize,
    queries: usize,
    final_log_degree: usize,
    max_log_arity: usize,
    query_grinding: usize,
}

#[derive(Deserialize)]
struct Shape {
    name: String,
    message_width: usize,
    boundaries: usize,
    tables: Vec<Table>,
}

#[derive(Deserialize)]
struct Table {
    log_height: usize,
    columns: usize,
    below: usize,
    rules: usize,
    interactions: usize,
}

impl Table {
    fn lookup_columns(&self) -> usize {
        self.interactions.div_ceil(2)
    }

    fn constraints(&self) -> usize {
        let lookups = self.lookup_columns();
        self.rules + if lookups > 0 { lookups + 3 } else { 0 }
    }

    /// (column, opening point) pairs over the base field, ten of them of the quotient.
    fn pairs(&self) -> usize {
        let lookups = self.lookup_columns();
        let running = if lookups > 0 { 5 * (lookups + 1) + 5 } else { 0 };
        self.columns + self.below + running + 10
    }
}

#[derive(Serialize)]
struct Answer {
    shape: String,
    profile: String,
    lookups: Option<f64>,
    constraints: f64,
    out_of_domain: f64,
    batching: f64,
    fold: Option<f64>,
    queries: f64,
    /// The crate's own composite with the profile's query grinding and none elsewhere.
    composite: f64,
}

fn answer(name: &str, profile: &Profile, shape: &Shape) -> Answer {
    let sum = |count: fn(&Table) -> usize| shape.tables.iter().map(count).sum::<usize>();
    let tallest = shape.tables.iter().map(|table| table.log_height).max().expect("a table");
    let denominators = shape.tables.iter().map(|table| table.interactions << table.log_height).sum::<usize>()
        + shape.boundaries;
    let instance = InstanceShape {
        log_trace_length: tallest,
        modulus_bits: MODULUS_BITS,
        collision_resistance: HASH_BITS,
        num_batched_functions: sum(Table::pairs),
    };
    let airs = StarkAirParams {
        num_constraints: sum(Table::constraints),
        max_constraint_degree: 3,
        num_quotient_chunks: 2,
        max_combo: MAX_COMBO,
    };
    let fri = FriRegime {
        log_blowup: profile.log_blowup,
        num_queries: profile.queries,
        log_final_poly_len: profile.final_log_degree,
        max_log_arity: profile.max_log_arity,
        commit_pow_bits: 0,
        query_pow_bits: profile.query_grinding,
    };
    // Tables differ in height, so the messages are counted one by one rather than per row of the tallest.
    let bus = LogUpAir { num_interactions: denominators, max_message_width: shape.message_width };
    let one_row = InstanceShape { log_trace_length: 0, ..instance };
    let lookups = (denominators > 0).then(|| fingerprint_error(&bus, &one_row).bits());
    let extras: Vec<SecurityTerm> =
        logup::security_term(&bus, &one_row, &GrindingSites::NONE).into_iter().collect();
    let (blowup, m, functions) = (profile.log_blowup, profile.multiplicity, instance.num_batched_functions);
    let unique = m == 0;
    let list_size = if unique { list_size_udr() } else { list_size_ldr_m(blowup, m) };
    let alpha = if unique { alpha_udr(tallest, blowup, MAX_COMBO) } else { alpha_ldr_m(blowup, m) };
    let fold = if unique {
        commit_phase_error_udr(&fri, &instance)
    } else {
        commit_phase_error_ldr_m(&fri, &instance, m)
    };
    let batching = if unique {
        SecurityAssumption::UniqueDecoding.prox_gaps_error(tallest, blowup, MODULUS_BITS, functions)
    } else {
        SecurityAssumption::prox_gaps_error_jb_at_m(tallest, blowup, MODULUS_BITS, functions, m)
    };
    let report = stark::proven_security_report(&fri, &airs, &instance, &extras, &GrindingSites::NONE);
    Answer {
        shape: shape.name.clone(),
        profile: name.to_owned(),
        lookups,
        constraints: air::composition_error(airs.num_constraints, list_size, MODULUS_BITS).bits(),
        out_of_domain: deep::deep_ali_error(&airs, &instance, list_size).bits(),
        batching,
        fold: fold.map(|bits| bits.bits()),
        queries: query_phase_error(alpha, profile.queries, 0).bits(),
        composite: if unique { &report.udr } else { report.ldr.as_ref().expect("a tall table") }
            .security_bits(),
    }
}

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("standard input");
    let input: Input = serde_json::from_str(&text).expect("shapes in the format of tests/vectors/security");
    let answers: Vec<Answer> = input
        .shapes
        .iter()
        .flat_map(|shape| input.profiles.iter().map(move |(name, profile)| answer(name, profile, shape)))
        .collect();
    let document = serde_json::json!({
        "source": "p3-security 0.8.0, each profile's regime, before grinding (composite: best multiplicity, with the profile's query grinding)",
        "command": "make -C benchmarks/security",
        "answers": answers,
    });
    println!("{}", serde_json::to_string_pretty(&document).expect("JSON"));
}
