//! Work on many threads, results in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Works on `items` with up to `threads` threads and gives each result to `each`, on this thread, in the order of the
/// items. After an error of `each` no new work begins.
pub fn for_each<T: Sync, R: Send, E>(
    items: &[T],
    threads: usize,
    work: impl Fn(usize, &T) -> R + Sync,
    mut each: impl FnMut(usize, R) -> Result<(), E>,
) -> Result<(), E> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads.min(items.len()) {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                while let at = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(item) = items.get(at)
                    && sender.send((at, work(at, item))).is_ok()
                {}
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (at, result) in receiver {
            early.insert(at, result);
            while let Some(result) = early.remove(&due) {
                each(due, result)?;
                due += 1;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_order() {
        let items: Vec<u64> = (0..40).collect();
        let slow_first = |_: usize, &item: &u64| {
            thread::sleep(Duration::from_millis((40 - item) / 8));
            item * 2
        };
        let mut seen = Vec::new();
        let all = for_each(&items, 7, slow_first, |at, result| {
            seen.push((at as u64, result));
            Ok::<_, ()>(())
        });
        assert_eq!(all, Ok(()));
        assert!(seen.iter().map(|&(at, result)| (at, result)).eq((0..40).map(|at| (at, at * 2))));
    }

    #[test]
    fn an_error_ends_the_work() {
        let items: Vec<u32> = (0..100_000).collect();
        let begun = AtomicUsize::new(0);
        let work = |_: usize, _: &u32| {
            begun.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_micros(50));
        };
        let stopped = for_each(&items, 3, work, |at, ()| if at < 5 { Ok(()) } else { Err("enough") });
        assert_eq!(stopped, Err("enough"));
        assert!(begun.into_inner() < items.len());
    }

    #[test]
    fn nothing_to_do_is_done() {
        assert_eq!(for_each(&[] as &[u8], 4, |_, _| (), |_, ()| Err(())), Ok(()));
    }
}
