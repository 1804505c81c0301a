//! Many rows in one statement: a statement costs as much as the row it writes. In a few fixed numbers of rows, so that
//! each text is prepared once.

/// The largest first; 32 rows of 15 columns are far below SQLite's 32,766 parameters.
const SIZES: [usize; 6] = [32, 16, 8, 4, 2, 1];

/// Cuts rows into pieces of these sizes, in order.
pub(super) fn pieces<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rows.len())?;
        let (piece, rest) = rows.split_at(size);
        rows = rest;
        Some(piece)
    })
}

/// The parameters of so many rows, from `$first` on, and what stands at the end of each: `($3, $4, 0), ($5, $6, 0)`.
pub(super) fn rows(first: usize, count: usize, columns: usize, end: &str) -> String {
    let row = |n: usize| {
        let row: Vec<String> = (0..columns).map(|column| format!("${}", first + n * columns + column)).collect();
        format!("({}{end})", row.join(", "))
    };
    (0..count).map(row).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_and_numbered() {
        let all: Vec<usize> = (0..47).collect();
        let sizes: Vec<usize> = pieces(&all).map(<[usize]>::len).collect();
        assert_eq!(sizes, [32, 8, 4, 2, 1]);
        assert_eq!(pieces(&all).flatten().copied().collect::<Vec<_>>(), all);
        assert_eq!(pieces::<usize>(&[]).count(), 0);
        assert_eq!(rows(3, 2, 2, ", 0"), "($3, $4, 0), ($5, $6, 0)");
    }
}
