//! Plonky3's prover as it is meant to be used, with the fields, hashes and parameters of our profile direct-100.

use std::fs;
use std::time::Instant;

use p3_air::Air;
use p3_batch_stark::folder::{ProverConstraintFolderWithLookups, VerifierConstraintFolderWithLookups};
use p3_batch_stark::{CommonData, ProverData, StarkInstance, prove_batch, verify_batch};
use p3_challenger::{HashChallenger, SerializingChallenger32};
use p3_commit::ExtensionMmcs;
use p3_dft::Radix2DitParallel;
use p3_field::extension::QuinticTrinomialExtensionField;
use p3_fri::{FriParameters, TwoAdicFriPcs};
use p3_koala_bear::KoalaBear;
use p3_matrix::Matrix;
use p3_merkle_tree::MerkleTreeMmcs;
use p3_sha256::Sha256;
use p3_symmetric::{CompressionFunctionFromHasher, SerializingHasher};
use p3_uni_stark::StarkConfig;
use serde::Serialize;

use crate::airs::Instance;
use crate::export::Symbolic;

pub type Challenge = QuinticTrinomialExtensionField<KoalaBear>;
type FieldHash = SerializingHasher<Sha256>;
type Compress = CompressionFunctionFromHasher<Sha256, 2, 32>;
type ValueMmcs = MerkleTreeMmcs<KoalaBear, u8, FieldHash, Compress, 2, 32>;
type ChallengeMmcs = ExtensionMmcs<KoalaBear, Challenge, ValueMmcs>;
type Challenger = SerializingChallenger32<KoalaBear, HashChallenger<u8, Sha256, 32>>;
type Pcs = TwoAdicFriPcs<KoalaBear, Radix2DitParallel<KoalaBear>, ValueMmcs, ChallengeMmcs>;
pub type Config = StarkConfig<Pcs, Challenge, Challenger>;

const LOG_BLOWUP: usize = 1;
const RULE_DEGREE: usize = 3;

fn config() -> Config {
    let mmcs = ValueMmcs::new(FieldHash::new(Sha256), Compress::new(Sha256), 0);
    let fri = FriParameters {
        log_blowup: LOG_BLOWUP,
        log_final_poly_len: 5,
        max_log_arity: 3,
        num_queries: 193,
        batch_proof_of_work_bits: 0,
        commit_proof_of_work_bits: 0,
        query_proof_of_work_bits: 20,
        mmcs: ChallengeMmcs::new(mmcs.clone()),
    };
    let challenger = Challenger::from_hasher(vec![], Sha256);
    Config::new(Pcs::new(Radix2DitParallel::default(), mmcs, fri), challenger)
}

/// What one proof took.
#[derive(Serialize)]
pub struct Measured {
    pub seconds: f64,
    pub processor_seconds: f64,
    pub proof_bytes: usize,
    pub verify_seconds: f64,
}

/// Tables ready to be proven again and again.
pub struct Ready<A> {
    config: Config,
    airs: Vec<A>,
    instances: Vec<Instance<A>>,
    data: ProverData<Config>,
}

impl<A> Ready<A>
where
    A: Clone
        + Air<Symbolic>
        + for<'a> Air<ProverConstraintFolderWithLookups<'a, Config>>
        + for<'a> Air<VerifierConstraintFolderWithLookups<'a, Config>>,
{
    pub fn new(instances: Vec<Instance<A>>) -> Self {
        let config = config();
        let airs: Vec<A> = instances.iter().map(|instance| instance.air.clone()).collect();
        let heights: Vec<usize> =
            instances.iter().map(|instance| instance.trace.height().ilog2() as usize).collect();
        let budgets = vec![RULE_DEGREE; instances.len()];
        let data = ProverData::from_airs_and_degrees_with_lookup_budgets(
            &config, &airs, &heights, &budgets, LOG_BLOWUP,
        )
        .expect("the workloads fit the parameters");
        Self { config, airs, instances, data }
    }

    /// Proves once, verifies, and says how long each took. The key is made beforehand and not counted.
    pub fn prove(&self) -> Measured {
        let public = vec![vec![]; self.airs.len()];
        let traces: Vec<_> = self.instances.iter().map(|instance| &instance.trace).collect();
        let busy = processor_seconds();
        let start = Instant::now();
        let instances = StarkInstance::new_multiple(&self.airs, &traces, &public);
        let proof = prove_batch(&self.config, &instances, &self.data).expect("an honest trace");
        let seconds = start.elapsed().as_secs_f64();
        let processor_seconds = processor_seconds() - busy;
        let proof_bytes = postcard::to_allocvec(&proof).expect("serialisable").len();
        let start = Instant::now();
        let common: &CommonData<Config> = &self.data.common;
        verify_batch(&self.config, &self.airs, &proof, &public, common).expect("an honest proof");
        let verify_seconds = start.elapsed().as_secs_f64();
        Measured { seconds, processor_seconds, proof_bytes, verify_seconds }
    }
}

/// Seconds that all threads of this process have computed, in steps of a hundredth: Linux counts both fields so.
fn processor_seconds() -> f64 {
    let status = fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, fields) = status.rsplit_once(')').expect("a name in parentheses");
    let ticks =
        fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().expect("a number"));
    ticks.sum::<f64>() / 100.0
}
