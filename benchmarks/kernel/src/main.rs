//! `export WORKLOAD FOLDER` writes our program and the traces of a workload; `serve WORKLOAD` proves it with
//! Plonky3 once for every line on standard input and answers each with one line of JSON.

mod airs;
mod export;
mod stark;

use std::fs;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::Path;

use p3_air::Air;
use p3_batch_stark::folder::{ProverConstraintFolderWithLookups, VerifierConstraintFolderWithLookups};
use p3_field::PrimeField32;
use p3_koala_bear::KoalaBear;
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use serde_json::json;

use airs::{Instance, Keccak};
use stark::{Config, Ready};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [verb, "keccak", rest @ ..] => {
            // Found from the constraints themselves: the library does not say which columns it reads below.
            let next_row = export::next_row_columns(&Keccak { next_row: Vec::new() });
            run(verb, "keccak", airs::keccak(Keccak { next_row }), rest);
        }
        [verb, "sha256", rest @ ..] => run(verb, "sha256", airs::sha256(), rest),
        [verb, "lookups", rest @ ..] => run(verb, "lookups", airs::lookups(), rest),
        _ => panic!("export keccak|sha256|lookups FOLDER, or serve keccak|sha256|lookups"),
    }
}

fn run<A>(verb: &str, workload: &str, instances: Vec<Instance<A>>, rest: &[&str])
where
    A: Clone
        + Air<export::Symbolic>
        + for<'a> Air<ProverConstraintFolderWithLookups<'a, Config>>
        + for<'a> Air<VerifierConstraintFolderWithLookups<'a, Config>>,
{
    match (verb, rest) {
        ("export", [folder]) => write(workload, &instances, Path::new(folder)),
        ("serve", []) => serve(Ready::new(instances)),
        _ => panic!("export keccak|sha256|lookups FOLDER, or serve keccak|sha256|lookups"),
    }
}

fn write<A: Air<export::Symbolic>>(workload: &str, instances: &[Instance<A>], folder: &Path) {
    fs::write(folder.join("program.bin"), export::program(workload, instances))
        .expect("a folder to write to");
    let mut tables = Vec::new();
    for instance in instances {
        raw(&instance.trace, &folder.join(format!("{}.main.u32", instance.name)));
        let preprocessed = instance.air.preprocessed_trace();
        if let Some(matrix) = &preprocessed {
            raw(matrix, &folder.join(format!("{}.preprocessed.u32", instance.name)));
        }
        tables.push(json!({
            "name": instance.name,
            "rows": instance.trace.height(),
            "columns": instance.trace.width(),
            "preprocessed_columns": preprocessed.map_or(0, |matrix| matrix.width()),
        }));
    }
    fs::write(folder.join("tables.json"), json!(tables).to_string()).expect("a folder to write to");
}

/// Canonical little-endian 32-bit cells, row by row.
fn raw(matrix: &RowMajorMatrix<KoalaBear>, path: &Path) {
    let bytes: Vec<u8> =
        matrix.values.iter().flat_map(|cell| cell.as_canonical_u32().to_le_bytes()).collect();
    fs::write(path, bytes).expect("a folder to write to");
}

fn serve<A>(ready: Ready<A>)
where
    A: Clone
        + Air<export::Symbolic>
        + for<'a> Air<ProverConstraintFolderWithLookups<'a, Config>>
        + for<'a> Air<VerifierConstraintFolderWithLookups<'a, Config>>,
{
    for line in stdin().lock().lines() {
        line.expect("standard input");
        let before = memory("VmRSS:");
        // Writing 5 sets the high-water mark back to what is resident now.
        fs::write("/proc/self/clear_refs", "5").expect("Linux");
        let measured = ready.prove();
        let answer = json!({
            "seconds": measured.seconds,
            "processor_seconds": measured.processor_seconds,
            "proof_bytes": measured.proof_bytes,
            "verify_seconds": measured.verify_seconds,
            "resident_before": before,
            "peak_memory_bytes": memory("VmHWM:"),
        });
        println!("{answer}");
        stdout().flush().expect("standard output");
    }
}

fn memory(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with(field)).expect("a known field");
    let kibibytes: u64 = line.split_whitespace().nth(1).expect("a number").parse().expect("a number");
    kibibytes * 1024
}
