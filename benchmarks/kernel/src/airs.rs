//! The three workloads: Plonky3's Keccak and SHA-256 AIRs, and a table whose every cell is looked up.

use std::borrow::Cow;

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::PrimeCharacteristicRing;
use p3_keccak_air::{KeccakAir, NUM_ROUNDS};
use p3_koala_bear::KoalaBear;
use p3_lookup::{InteractionBuilder, LookupBus};
use p3_matrix::dense::RowMajorMatrix;
use p3_sha256_air::{INPUT_WORDS, Sha256Air};

pub const KECCAK_LOG_ROWS: usize = 15;
pub const SHA256_LOG_ROWS: usize = 13;
const WIDE_LOG_ROWS: usize = 16;
const RANGE_LOG_ROWS: usize = 12;
const WIDE_COLUMNS: usize = 200;
const BUS: LookupBus<'static> = LookupBus::new("range");

/// One table of a workload: its name, its AIR and its trace.
pub struct Instance<A> {
    pub name: &'static str,
    pub air: A,
    pub trace: RowMajorMatrix<KoalaBear>,
}

/// Keccak, with the columns that it reads in the next row named, so that the rest is opened only once.
#[derive(Clone)]
pub struct Keccak {
    pub next_row: Vec<usize>,
}

impl BaseAir<KoalaBear> for Keccak {
    fn width(&self) -> usize {
        BaseAir::<KoalaBear>::width(&KeccakAir {})
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        self.next_row.clone()
    }
}

impl<AB: AirBuilder<F = KoalaBear>> Air<AB> for Keccak {
    fn eval(&self, builder: &mut AB) {
        KeccakAir {}.eval(builder);
    }
}

/// SHA-256 by the row; a wrapper only because the library's type cannot be cloned.
#[derive(Clone)]
pub struct Sha256;

impl BaseAir<KoalaBear> for Sha256 {
    fn width(&self) -> usize {
        BaseAir::<KoalaBear>::width(&Sha256Air)
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }

    fn max_constraint_degree(&self) -> Option<usize> {
        Some(3)
    }
}

impl<AB: AirBuilder<F = KoalaBear>> Air<AB> for Sha256 {
    fn eval(&self, builder: &mut AB) {
        Sha256Air.eval(builder);
    }
}

/// Two tables: `Wide` looks every one of its cells up in `Range`.
#[derive(Clone)]
pub enum Lookups {
    Wide,
    Range,
}

impl BaseAir<KoalaBear> for Lookups {
    fn width(&self) -> usize {
        match self {
            Self::Wide => WIDE_COLUMNS,
            Self::Range => 1,
        }
    }

    fn preprocessed_width(&self) -> usize {
        match self {
            Self::Wide => 0,
            Self::Range => 1,
        }
    }

    fn preprocessed_trace(&self) -> Option<RowMajorMatrix<KoalaBear>> {
        match self {
            Self::Wide => None,
            Self::Range => {
                Some(RowMajorMatrix::new((0..1 << RANGE_LOG_ROWS).map(KoalaBear::from_u32).collect(), 1))
            }
        }
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }

    fn preprocessed_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }

    fn periodic_columns(&self) -> Cow<'_, [Vec<KoalaBear>]> {
        Cow::Borrowed(&[])
    }
}

impl<AB: InteractionBuilder<F = KoalaBear>> Air<AB> for Lookups {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let row = main.current_slice();
        match self {
            Self::Wide => {
                for pair in row.chunks_exact(2) {
                    let step = pair[1].into() - pair[0].into();
                    builder.assert_zero(pair[0].into() * step.clone() * (step - AB::Expr::ONE));
                }
                for cell in row {
                    BUS.lookup_key(builder, [(*cell).into()], 1);
                }
            }
            Self::Range => {
                let value = builder.preprocessed().current_slice()[0];
                BUS.table_entry(builder, [value.into()], row[0].into());
            }
        }
    }
}

/// Keccak-f permutations that fill the table.
pub fn keccak(air: Keccak) -> Vec<Instance<Keccak>> {
    let permutations = (1 << KECCAK_LOG_ROWS) / NUM_ROUNDS;
    let inputs = words(permutations * 25).collect::<Vec<_>>();
    let inputs = inputs.chunks_exact(25).map(|input| input.try_into().expect("25 words")).collect();
    let trace = p3_keccak_air::generate_trace_rows(inputs, 0);
    vec![Instance { name: "keccak", air, trace }]
}

/// SHA-256 compressions, one a row.
pub fn sha256() -> Vec<Instance<Sha256>> {
    let words = words((1 << SHA256_LOG_ROWS) * INPUT_WORDS).map(|word| word as u32).collect::<Vec<_>>();
    let inputs = words.chunks_exact(INPUT_WORDS).map(|input| input.try_into().expect("words")).collect();
    let trace = p3_sha256_air::generate_trace_rows(inputs, 0);
    vec![Instance { name: "sha256", air: Sha256, trace }]
}

/// Pairs (a, a or a + 1) below 2^12, and how often each value occurs.
pub fn lookups() -> Vec<Instance<Lookups>> {
    let largest = (1u64 << RANGE_LOG_ROWS) - 1;
    let mut counts = vec![0u32; 1 << RANGE_LOG_ROWS];
    let mut cells = Vec::with_capacity(WIDE_COLUMNS << WIDE_LOG_ROWS);
    for word in words((WIDE_COLUMNS / 2) << WIDE_LOG_ROWS) {
        let low = ((word >> 1) % largest) as u32;
        for value in [low, low + (word & 1) as u32] {
            counts[value as usize] += 1;
            cells.push(KoalaBear::from_u32(value));
        }
    }
    let counts = counts.into_iter().map(KoalaBear::from_u32).collect();
    vec![
        Instance { name: "wide", air: Lookups::Wide, trace: RowMajorMatrix::new(cells, WIDE_COLUMNS) },
        Instance { name: "range", air: Lookups::Range, trace: RowMajorMatrix::new(counts, 1) },
    ]
}

/// Reproducible words (SplitMix64), so that both provers see the same traces in every run.
fn words(count: usize) -> impl Iterator<Item = u64> {
    let mut state = 0u64;
    (0..count).map(move |_| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    })
}
