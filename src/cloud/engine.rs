//! The thread that the async runtime lives in, and how the rest of the program, which knows none, waits for it.

use std::sync::Arc;
use std::sync::mpsc;

use tokio::runtime::Handle;
use tokio::sync::{mpsc as queue, oneshot};

use crate::source::Listed;

/// A running runtime. It ends when the last one who holds it lets go, on a thread of its own, wherever that happens.
#[derive(Debug)]
pub(super) struct Engine {
    handle: Handle,
    _stop: oneshot::Sender<()>,
}

/// Threads that wait for the network: few, for the work is done elsewhere. Two, so that decrypting keeps up.
const THREADS: usize = 2;

impl Engine {
    /// Starts one.
    ///
    /// # Errors
    /// The system has no thread left.
    pub(super) fn start() -> Result<Arc<Self>, String> {
        let no_thread = |e: &dyn std::fmt::Display| format!("no thread to work with AWS can be started: {e}");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("aws")
            .enable_all()
            .build()
            .map_err(|e| no_thread(&e))?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        std::thread::Builder::new()
            .name("aws-runtime".to_owned())
            .spawn(move || {
                let _ = runtime.block_on(stopped);
                runtime.shutdown_background();
            })
            .map_err(|e| no_thread(&e))?;
        Ok(Arc::new(Self { handle, _stop: stop }))
    }

    /// Begins some work.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.handle.spawn(work);
    }

    /// Waits for some work, on any thread. `None` when it came to a bad end.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let (send, receive) = mpsc::sync_channel(1);
        self.handle.spawn(async move {
            let _ = send.send(work.await);
        });
        receive.recv().ok()
    }
}

/// What is fetched ahead, as a listing. Dropping it stops the fetching.
#[derive(Debug)]
pub(super) struct Ahead {
    pub(super) queue: queue::Receiver<Listed>,
    pub(super) engine: Arc<Engine>,
}

impl Iterator for Ahead {
    type Item = Listed;

    fn next(&mut self) -> Option<Listed> {
        // Receiving on this thread would panic on a thread of an async runtime; workers are none, but tests may be.
        match self.queue.try_recv() {
            Ok(listed) => Some(listed),
            Err(queue::error::TryRecvError::Disconnected) => None,
            Err(queue::error::TryRecvError::Empty) => {
                let (send, receive) = mpsc::sync_channel(1);
                let (_, closed) = queue::channel(1);
                let mut taken = std::mem::replace(&mut self.queue, closed);
                self.engine.spawn(async move {
                    let listed = taken.recv().await;
                    let _ = send.send((listed, taken));
                });
                let (listed, back) = receive.recv().ok()?;
                self.queue = back;
                listed
            }
        }
    }
}
