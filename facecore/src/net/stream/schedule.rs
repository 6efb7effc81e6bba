//! In which order a graph's rows are made, and how many of each value must be kept: nothing here computes a number.
//!
//! Rows are *pulled*: a row of an output asks its inputs for the rows that it reads, these ask theirs, and what is there already is not
//! made again. Outputs take turns, so that all of them advance down the picture at about the same pace.

/// Which rows of a value row `y` of another one reads: `size` rows from `y · stride / shrink − padding` on, without those outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reach {
    pub size: usize,
    pub stride: usize,
    pub shrink: usize,
    pub padding: usize,
}

impl Reach {
    /// Row by row.
    pub(super) const SAME: Self = Self { size: 1, stride: 1, shrink: 1, padding: 0 };

    pub(super) fn first(&self, y: usize) -> usize {
        (y * self.stride / self.shrink).saturating_sub(self.padding)
    }

    /// How many rows, counted from the top, must have been made for row `y`.
    fn end(&self, y: usize, height: usize) -> usize {
        (y * self.stride / self.shrink + self.size).saturating_sub(self.padding).clamp(1, height)
    }
}

/// The graph: of each node what it reads, always of nodes before it.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    reads: Vec<Vec<(usize, Reach)>>,
    outputs: Vec<usize>,
}

/// How many rows of each node have been made.
#[derive(Debug, Default)]
pub(super) struct Made(Vec<usize>);

impl Made {
    #[cfg(test)]
    pub(super) fn rows(&self, node: usize) -> usize {
        self.0[node]
    }
}

impl Schedule {
    pub(super) fn push(&mut self, reads: Vec<(usize, Reach)>) {
        self.reads.push(reads);
    }

    /// The nodes whose rows are wanted. Nothing may read them.
    pub(super) fn end(&mut self, outputs: Vec<usize>) {
        self.outputs = outputs;
    }

    /// How many nodes read a node's rows.
    pub(super) fn readers(&self, node: usize) -> usize {
        self.reads.iter().flatten().filter(|(input, _)| *input == node).count()
    }

    pub(super) fn start(&self, made: &mut Made) {
        made.0.clear();
        made.0.resize(self.reads.len(), 0);
    }

    /// Which output has the next row: the one that is least far down, the coarser one of two. `None` when all are complete.
    pub(super) fn next(&self, made: &Made, heights: &[usize]) -> Option<usize> {
        let open =
            (0..self.outputs.len()).filter(|&output| made.0[self.outputs[output]] < heights[self.outputs[output]]);
        open.min_by(|&a, &b| {
            let [(a, a_height), (b, b_height)] =
                [a, b].map(|output| (made.0[self.outputs[output]], heights[self.outputs[output]]));
            (a * b_height).cmp(&(b * a_height)).then(a_height.cmp(&b_height))
        })
    }

    /// Makes the next row of an output and what it needs before: `make` is called with each node and row. Answers the output's.
    pub(super) fn pull(
        &self,
        output: usize,
        made: &mut Made,
        heights: &[usize],
        make: &mut dyn FnMut(&Made, usize, usize),
    ) -> (usize, usize) {
        let node = self.outputs[output];
        let row = made.0[node];
        self.pull_row(node, row, made, heights, make);
        (node, row)
    }

    fn pull_row(
        &self,
        node: usize,
        row: usize,
        made: &mut Made,
        heights: &[usize],
        make: &mut dyn FnMut(&Made, usize, usize),
    ) {
        while made.0[node] <= row {
            let row = made.0[node];
            for &(input, reach) in &self.reads[node] {
                self.pull_row(input, reach.end(row, heights[input]) - 1, made, heights, make);
            }
            make(made, node, row);
            made.0[node] += 1;
        }
    }

    /// How many rows of each node must be kept for a picture with these heights, found by going through it without computing.
    pub(super) fn rings(&self, heights: &[usize]) -> Vec<usize> {
        let mut readers = vec![Vec::new(); self.reads.len()];
        for (reader, reads) in self.reads.iter().enumerate() {
            reads.iter().for_each(|&(input, reach)| readers[input].push((reader, reach)));
        }
        let mut rings = vec![1; self.reads.len()];
        let mut made = Made::default();
        self.start(&mut made);
        while let Some(output) = self.next(&made, heights) {
            self.pull(output, &mut made, heights, &mut |made, node, row| {
                // A reader that has made all of its rows needs nothing any more.
                let needed = readers[node].iter().filter(|(reader, _)| made.0[*reader] < heights[*reader]);
                let oldest = needed.map(|(reader, reach)| reach.first(made.0[*reader])).min().unwrap_or(row);
                rings[node] = rings[node].max((row + 1).saturating_sub(oldest));
            });
        }
        rings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KERNEL: Reach = Reach { size: 3, stride: 1, shrink: 1, padding: 1 };
    const HALF: Reach = Reach { size: 2, stride: 2, shrink: 1, padding: 0 };
    const DOUBLE: Reach = Reach { size: 1, stride: 1, shrink: 2, padding: 0 };

    /// Picture → fine → coarse, by a kernel → doubled + fine → first output; coarse → second output.
    fn pyramid() -> Schedule {
        let mut schedule = Schedule::default();
        let nodes = [
            vec![],
            vec![(0, KERNEL)],
            vec![(1, HALF)],
            vec![(2, KERNEL)],
            vec![(3, DOUBLE)],
            vec![(1, Reach::SAME), (4, Reach::SAME)],
            vec![(3, Reach::SAME)],
        ];
        nodes.into_iter().for_each(|reads| schedule.push(reads));
        schedule.end(vec![5, 6]);
        schedule
    }

    #[test]
    fn fine_rows_wait_for_the_coarse_ones_however_high_the_picture() {
        let schedule = pyramid();
        let heights = |height: usize| [height, height, height / 2, height / 2, height, height, height / 2];
        // The coarse kernel looks one row, so two fine ones, further down than the two that are added.
        assert_eq!(schedule.rings(&heights(8)), [3, 4, 3, 1, 1, 1, 1]);
        assert_eq!(schedule.rings(&heights(4096)), schedule.rings(&heights(8)));
        // A picture of two rows has no more to keep.
        assert_eq!(schedule.rings(&heights(2))[..3], [2, 2, 1]);
    }

    #[test]
    fn two_paths_at_different_paces_keep_more_the_higher_the_picture() {
        // Picture → half as high; both are outputs' inputs, and the second output has its rows twice as fast as it should.
        let mut schedule = Schedule::default();
        let fast = Reach { size: 1, stride: 2, shrink: 1, padding: 0 };
        [vec![], vec![(0, fast)], vec![(0, Reach::SAME)]].into_iter().for_each(|reads| schedule.push(reads));
        schedule.end(vec![1, 2]);
        let kept = |height: usize| schedule.rings(&[height, height, height])[0];
        assert!(kept(64) < kept(128));
    }

    #[test]
    fn outputs_take_turns_and_every_row_is_made_once_after_what_it_reads() {
        let schedule = pyramid();
        let heights = [8, 8, 4, 4, 8, 8, 4];
        let (mut made, mut turns, mut order) = (Made::default(), Vec::new(), Vec::new());
        schedule.start(&mut made);
        while let Some(output) = schedule.next(&made, &heights) {
            let (_, row) = schedule.pull(output, &mut made, &heights, &mut |made, node, row| {
                order.push((node, row));
                for &(input, reach) in &schedule.reads[node] {
                    assert!(made.0[input] >= reach.end(row, heights[input]), "{node} reads {input} too early");
                }
            });
            turns.push((output, row));
        }
        assert_eq!(turns[..6], [(1, 0), (0, 0), (0, 1), (1, 1), (0, 2), (0, 3)]);
        let rows: usize = heights.iter().sum();
        assert_eq!((turns.len(), order.len()), (12, rows));
        order.sort_unstable();
        order.dedup();
        assert_eq!(order.len(), rows);
    }
}
