//! Welch's t over two classes of measurements: how sure one can be that their means differ.

/// Runs of a class: count, mean, and sum of squared distances from it (Welford's recurrence, Knuth, TAOCP volume 2,
/// section 4.2.2).
#[derive(Clone, Copy, Debug, Default)]
pub struct Class {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Class {
    /// Adds a measurement.
    pub fn push(&mut self, value: f64) {
        self.count += 1.0;
        let distance = value - self.mean;
        self.mean += distance / self.count;
        self.squares += distance * (value - self.mean);
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    fn error(&self) -> f64 {
        self.squares / (self.count - 1.0) / self.count
    }
}

/// Welch's t of the difference of means; 0 if there is too little to say anything.
pub fn welch(first: &Class, second: &Class) -> f64 {
    let error = first.error() + second.error();
    if first.count < 2.0 || second.count < 2.0 || error <= 0.0 {
        return 0.0;
    }
    (first.mean - second.mean) / error.sqrt()
}

/// The t of the largest magnitude over several ways to crop the upper tail, where interrupts are: dudect's
/// (ePrint 2016/1123, section 3, "pre-processing"). `measured` are class and time.
///
/// Also gives the means of both classes, cropped at the 90th percentile.
pub fn largest(measured: &[(bool, u64)]) -> (f64, f64, f64) {
    let mut sorted: Vec<u64> = measured.iter().map(|(_, time)| *time).collect();
    sorted.sort_unstable();
    let Some(last) = sorted.len().checked_sub(1) else { return (0.0, 0.0, 0.0) };
    let mut largest = 0.0_f64;
    let mut means = (0.0, 0.0);
    for percentile in [50, 75, 90, 95, 99, 100] {
        let most = sorted[last * percentile / 100];
        let (mut fixed, mut random) = (Class::default(), Class::default());
        for (is_fixed, time) in measured.iter().filter(|(_, time)| *time <= most) {
            if *is_fixed { fixed.push(*time as f64) } else { random.push(*time as f64) }
        }
        let t = welch(&fixed, &random);
        if t.abs() > largest.abs() {
            largest = t;
        }
        if percentile == 90 {
            means = (fixed.mean(), random.mean());
        }
    }
    (largest, means.0, means.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(values: &[f64]) -> Class {
        let mut class = Class::default();
        values.iter().for_each(|value| class.push(*value));
        class
    }

    /// By hand: means 3 and 6, variances 2.5 and 2.5, five each: t = −3 / √(2.5/5 + 2.5/5) = −3.
    #[test]
    fn t_is_that_of_the_formula() {
        let (first, second) = (class(&[1.0, 2.0, 3.0, 4.0, 5.0]), class(&[4.0, 5.0, 6.0, 7.0, 8.0]));
        assert!((welch(&first, &second) + 3.0).abs() < 1e-12);
    }

    #[test]
    fn classes_of_one_mean_have_a_small_t_and_others_a_large_one() {
        let noise = |at: u64| at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54;
        let of = |shift: u64| -> Vec<_> {
            (0..20_000)
                .map(|at| (at % 2 == 0, 1000 + noise(at) + if at % 2 == 0 { shift } else { 0 }))
                .collect()
        };
        assert!(largest(&of(0)).0.abs() < 4.5);
        assert!(largest(&of(60)).0 > 10.0);
    }
}
