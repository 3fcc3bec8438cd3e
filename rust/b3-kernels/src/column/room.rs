//! Memory for new columns.
#![cfg_attr(target_os = "linux", expect(unsafe_code, reason = "a system call that gives advice on memory"))]

/// From this size on a column takes huge pages: 1 in 2 of the smallest would be lost to its ends.
const LARGE: usize = 4 << 20;
const PAGE: usize = 4096;

/// An empty vector that `rows` values fit into, in huge pages where it is large and the system has them.
///
/// A column of 20 MB otherwise meets 5,000 pages for the first time, which takes longer than an average of it does.
pub(crate) fn room_for<T>(rows: usize) -> Vec<T> {
    let room: Vec<T> = Vec::with_capacity(rows);
    let start = room.as_ptr().addr();
    let end = start + rows * size_of::<T>();
    if end - start >= LARGE {
        advise_huge_pages(start.next_multiple_of(PAGE)..end / PAGE * PAGE);
    }
    room
}

#[cfg(target_os = "linux")]
fn advise_huge_pages(pages: std::ops::Range<usize>) {
    // SAFETY: the pages are the caller's, and the advice changes nothing that they hold; where it is refused, nothing.
    unsafe { libc::madvise(pages.start as *mut libc::c_void, pages.len(), libc::MADV_HUGEPAGE) };
}

#[cfg(not(target_os = "linux"))]
fn advise_huge_pages(_: std::ops::Range<usize>) {}
