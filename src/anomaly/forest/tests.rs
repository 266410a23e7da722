use proptest::prelude::*;

use super::*;

fn all(scores: &Scores) -> Vec<f32> {
    (0..scores.len()).filter_map(|row| scores.get(row)).collect()
}

fn scored(matrix: &Matrix, growth: Growth) -> Scores {
    Forest::grow(matrix, growth).score(matrix, growth.contamination, &AtomicBool::new(false)).unwrap()
}

/// A cloud of rows around 0, and one far out in its last column.
fn cloud(rows: usize, width: usize) -> Matrix {
    let mut random = Random::new(7, 7);
    let mut unit = || (random.next() >> 40) as f32 / (1u64 << 24) as f32;
    let mut values: Vec<f32> = (0..rows * width).map(|_| unit() + unit() + unit() - 1.5).collect();
    if let Some(last) = values.last_mut() {
        *last = 40.0;
    }
    Matrix::new(values, width)
}

#[test]
fn what_lies_apart_scores_highest_and_names_its_feature() {
    let matrix = cloud(400, 3);
    let forest = Forest::grow(&matrix, Growth::default());
    let scores = forest.score(&matrix, 0.05, &AtomicBool::new(false)).unwrap();
    let anomalies = (0..400).filter(|row| scores.is_anomaly(*row)).count();
    assert_eq!(anomalies, 20, "five of a hundred");
    assert!((0..399).all(|row| scores.get(row) < scores.get(399)));
    assert!(scores.get(399) > Some(0.6) && scores.threshold < 0.6, "{:?}", scores.get(399));
    let shares = forest.explain(&forest.usual(&matrix), matrix.row(399));
    assert_eq!(shares[0].feature, 2);
    assert!(
        shares[0].share > 0.8 && (shares.iter().map(|s| s.share).sum::<f64>() - 1.0).abs() < 1e-9,
        "{shares:?}"
    );
}

#[test]
fn the_seed_decides_everything() {
    let matrix = cloud(500, 4);
    let with = |seed: u64| scored(&matrix, Growth { seed, ..Growth::default() });
    assert_eq!(with(1), with(1));
    assert_ne!(with(1), with(2));
}

#[test]
fn equal_rows_have_equal_scores() {
    let mut values: Vec<f32> = (0..300).flat_map(|n| [(n % 7) as f32, 0.0]).collect();
    values.extend([9.0, -0.0, 9.0, 0.0]);
    let matrix = Matrix::new(values, 2);
    let scores = all(&scored(&matrix, Growth::default()));
    assert_eq!(scores[300], scores[301]);
    assert!((0..300).all(|n| scores[n] == scores[n % 7]));
}

#[test]
fn rows_that_hardly_differ_are_scored_as_one_and_stay_as_they_are() {
    let values = |by: f32| (0..600).map(|n| n as f32 * 0.5 + by).collect::<Vec<f32>>();
    let rounded = Matrix::new(values(0.01), 2).told_in(0.25);
    assert_eq!(rounded.row(0), [0.01, 0.51]);
    // The forest is grown on the plain rows, so it is the same for both.
    let forest = Forest::grow(&Matrix::new(values(0.0), 2), Growth::default());
    let scores = |matrix: &Matrix| all(&forest.score(matrix, 0.05, &AtomicBool::new(false)).unwrap());
    assert_eq!(scores(&rounded), scores(&Matrix::new(values(0.0), 2)));
    let close = Matrix::new(vec![0.9, 1.1, 1.0, 1.0, 1.2, 0.8], 2).told_in(0.5);
    assert_eq!(close.distinct().0.len(), 1);
    assert_eq!(Matrix::new(vec![0.9, -0.0, 0.9, 0.0], 2).distinct().0.len(), 1);
}

#[test]
fn hardly_anything_to_score_is_no_trouble() {
    for (values, width) in
        [(vec![], 2), (vec![1.0, 2.0], 2), (vec![1.0; 20], 1), (vec![f32::NAN, 1.0, 2.0], 1), (vec![1.0], 3)]
    {
        let matrix = Matrix::new(values, width);
        let scores = scored(&matrix, Growth::default());
        assert_eq!(scores.len(), matrix.len());
        assert!(all(&scores).iter().all(|s| (0.0..=1.0).contains(s)));
        let forest = Forest::grow(&matrix, Growth::default());
        assert!(forest.explain(&forest.usual(&matrix), matrix.row(0)).iter().all(|s| s.share.is_finite()));
    }
    assert!(Forest::grow(&cloud(50, 2), Growth { trees: 0, ..Growth::default() }).is_empty());
}

#[test]
fn scoring_can_be_stopped() {
    let matrix = cloud(50, 2);
    let forest = Forest::grow(&matrix, Growth::default());
    assert_eq!(forest.score(&matrix, 0.05, &AtomicBool::new(true)), None);
}

#[test]
fn usual_depths_are_those_of_search_trees() {
    for (n, depth) in [(0, 0.0), (1, 0.0), (2, 1.0), (256, 10.244_770_920_116_851)] {
        assert!((usual_depth(n) - depth).abs() < 1e-9, "{n}");
    }
}

#[test]
fn percentiles_lie_between_values() {
    for (part, expected) in [(0.0, 1.0), (1.0, 5.0), (0.5, 3.0), (0.95, 4.8)] {
        assert!((percentile(vec![5.0, 1.0, 4.0, 2.0, 3.0], part) - expected).abs() < 1e-6, "{part}");
    }
}

/// Ranks with ties as their mean.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    for ties in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let first = order.iter().position(|o| *o == ties[0]).unwrap();
        for &row in ties {
            ranks[row] = first as f64 + (ties.len() as f64 - 1.0) / 2.0;
        }
    }
    ranks
}

fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let mean = (a.len() as f64 - 1.0) / 2.0;
    let sum = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - mean) * (y - mean)).sum::<f64>();
    sum(&a, &b) / (sum(&a, &a) * sum(&b, &b)).sqrt()
}

/// The area under the curve of scores against labels.
fn area(scores: &[f64], labels: &[bool]) -> f64 {
    let ranks = ranks(scores);
    let positive: Vec<f64> = ranks.iter().zip(labels).filter(|(_, l)| **l).map(|(r, _)| r + 1.0).collect();
    let (p, n) = (positive.len() as f64, (labels.len() - positive.len()) as f64);
    (positive.iter().sum::<f64>() - p * (p + 1.0) / 2.0) / (p * n)
}

/// A matrix with labels, and the scores that scikit-learn gave it: see `tests/isolation_forest.py`.
struct Vector {
    matrix: Matrix,
    labels: Vec<bool>,
    theirs: Vec<f64>,
    threshold: f64,
}

fn vector(text: &str) -> Vector {
    let mut lines = text.lines().filter(|l| !l.starts_with('#'));
    let threshold = lines.next().unwrap().parse().unwrap();
    let (mut values, mut labels, mut theirs, mut width) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for line in lines {
        let numbers: Vec<f64> = line.split(' ').map(|n| n.parse().unwrap()).collect();
        width = numbers.len() - 2;
        labels.push(numbers[0] == 1.0);
        theirs.push(numbers[1]);
        values.extend(numbers[2..].iter().map(|&n| n as f32));
    }
    Vector { matrix: Matrix::new(values, width), labels, theirs, threshold }
}

fn agrees(name: &str, text: &str) {
    let vector = vector(text);
    let scores = scored(&vector.matrix, Growth::default());
    let ours: Vec<f64> = all(&scores).iter().map(|&s| f64::from(s)).collect();
    let correlation = rank_correlation(&ours, &vector.theirs);
    let apart = area(&ours, &vector.labels) - area(&vector.theirs, &vector.labels);
    println!("{name}: {} rows, rank correlation {correlation:.4}, areas differ by {apart:.4}", ours.len());
    assert!(correlation >= 0.95, "{name}: rank correlation {correlation}");
    assert!(apart.abs() <= 0.01, "{name}: areas differ by {apart}");
    let flags = (0..ours.len()).map(|row| (scores.is_anomaly(row), vector.theirs[row] > vector.threshold));
    let (both, either) =
        flags.fold((0, 0), |n, (a, b)| (n.0 + usize::from(a && b), n.1 + usize::from(a || b)));
    assert!(both * 10 >= either * 8, "{name}: both find {both} of {either}");
}

#[test]
fn it_agrees_with_scikit_learn() {
    for (name, text) in [
        ("clusters", include_str!("../../../tests/fixtures/forest-clusters.txt")),
        ("bytes", include_str!("../../../tests/fixtures/forest-bytes.txt")),
        ("counts", include_str!("../../../tests/fixtures/forest-counts.txt")),
    ] {
        agrees(name, text);
    }
}

#[test]
fn it_agrees_with_the_scikit_learn_that_is_here() {
    let python = "python3";
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/isolation_forest.py");
    for (rows, seed) in [("400", "1"), ("4000", "2"), ("4000", "3")] {
        let folder = tempfile::tempdir().unwrap();
        let run =
            std::process::Command::new(python).arg(script).arg(folder.path()).args([rows, seed]).output();
        let Ok(run) = run else {
            println!("skipped: there is no {python}");
            return;
        };
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        if run.stdout.starts_with(b"skipped") {
            println!("{}", String::from_utf8_lossy(&run.stdout));
            return;
        }
        for name in ["clusters", "bytes", "counts"] {
            let path = folder.path().join(format!("forest-{name}.txt"));
            agrees(name, &std::fs::read_to_string(path).unwrap());
        }
    }
}

proptest! {
    #[test]
    fn no_matrix_makes_it_panic(values in prop::collection::vec(any::<f32>(), 0..60), width in 0usize..5, sample in 0usize..20) {
        let matrix = Matrix::new(values, width);
        let growth = Growth { trees: 5, sample, ..Growth::default() };
        let scores = scored(&matrix, growth);
        prop_assert!(all(&scores).iter().all(|s| s.is_finite()));
    }
}
