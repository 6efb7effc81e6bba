//! Work on many threads, results in order.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

/// How many items a thread may be ahead of the one whose result is due, so that one that takes long does not pile up the results of others.
const AHEAD: usize = 256;

/// Works on `items` with up to `threads` threads and gives each result to `each`, on this thread, in the order of the
/// items. After an error of `each` no new work begins.
pub fn for_each<T: Sync, R: Send, E>(
    items: &[T],
    threads: usize,
    work: impl Fn(usize, &T) -> R + Sync,
    mut each: impl FnMut(usize, R) -> Result<(), E>,
) -> Result<(), E> {
    let work = |(at, item)| (at, work(at, item));
    stream(items.iter().enumerate(), threads.min(items.len()), work, |(at, result)| each(at, result))
}

/// [`for_each`] of items that come one by one, such as the lines of a file: memory does not grow with their number.
pub fn stream<I, R, E>(
    items: I,
    threads: usize,
    work: impl Fn(I::Item) -> R + Sync,
    mut each: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E>
where
    I: Iterator<Item: Send> + Send,
    R: Send,
{
    let queue = Queue::new(items, threads * AHEAD);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, queue, work) = (sender.clone(), &queue, &work);
            scope.spawn(move || {
                let _end = End(queue);
                while let Some((at, item)) = queue.next()
                    && sender.send((at, work(item))).is_ok()
                {}
            });
        }
        drop(sender);
        let _end = End(&queue);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (at, result) in receiver {
            early.insert(at, result);
            while let Some(result) = early.remove(&due) {
                each(result)?;
                due += 1;
                queue.is_due(due);
            }
        }
        Ok(())
    })
}

/// The items that are still to be done.
struct Queue<I> {
    state: Mutex<State<I>>,
    changed: Condvar,
    ahead: usize,
}

struct State<I> {
    items: I,
    next: usize,
    due: usize,
    ended: bool,
}

impl<I: Iterator> Queue<I> {
    fn new(items: I, ahead: usize) -> Self {
        let state = State { items, next: 0, due: 0, ended: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), ahead }
    }

    /// The next item with its place, once it is not too far ahead; none at the end.
    fn next(&self) -> Option<(usize, I::Item)> {
        let may_wait = |state: &mut State<I>| !state.ended && state.next >= state.due + self.ahead;
        let mut state = self.changed.wait_while(self.lock(), may_wait).unwrap_or_else(PoisonError::into_inner);
        if state.ended {
            return None;
        }
        let item = state.items.next()?;
        state.next += 1;
        Some((state.next - 1, item))
    }

    fn is_due(&self, due: usize) {
        self.lock().due = due;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever leaves ends the work for all: after the last item, after an error, and after a panic, so that nobody waits for ever.
struct End<'a, I: Iterator>(&'a Queue<I>);

impl<I: Iterator> Drop for End<'_, I> {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
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

    #[test]
    fn one_slow_item_does_not_pile_up_the_others() {
        let begun = AtomicUsize::new(0);
        let work = |item: usize| {
            begun.fetch_add(1, Ordering::Relaxed);
            if item == 0 {
                thread::sleep(Duration::from_millis(100));
                return begun.load(Ordering::Relaxed);
            }
            0
        };
        let mut most = 0;
        let all = stream(0..100_000, 2, work, |seen| {
            most = most.max(seen);
            Ok::<_, ()>(())
        });
        assert_eq!(all, Ok(()));
        assert!((2..=2 * AHEAD).contains(&most), "{most}");
    }

    #[test]
    fn a_panic_is_passed_on_and_nobody_waits() {
        let work = |item: usize| assert!(item > 0, "the first fails");
        let outcome = std::panic::catch_unwind(|| stream(0..100_000, 2, work, |()| Ok::<_, ()>(())));
        assert!(outcome.is_err());
    }
}
