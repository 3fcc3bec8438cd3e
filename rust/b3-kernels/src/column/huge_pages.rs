//! Memory in huge pages for new columns, which saves thousands of page faults.
#![cfg_attr(target_os = "linux", expect(unsafe_code, reason = "a system call that gives advice on memory"))]

/// The size from which a column takes huge pages of 2 MiB; less than half of a smaller one may be
/// whole pages.
const LARGE: usize = 4 << 20;
const PAGE: usize = 4096;

/// An empty vector with capacity for `rows` values, in huge pages if it is large and the system has
/// them.
///
/// A column of 20 MB otherwise causes 5,000 page faults, which take longer than computing its
/// averages.
pub(crate) fn vec_in_huge_pages<T>(rows: usize) -> Vec<T> {
    let buffer: Vec<T> = Vec::with_capacity(rows);
    let start = buffer.as_ptr().addr();
    let end = start + rows * size_of::<T>();
    if end - start >= LARGE {
        advise_huge_pages(start.next_multiple_of(PAGE)..end / PAGE * PAGE);
    }
    buffer
}

#[cfg(target_os = "linux")]
fn advise_huge_pages(pages: std::ops::Range<usize>) {
    // SAFETY: the pages belong to the vector, and the advice does not change their content; a
    // refusal has no effect.
    unsafe { libc::madvise(pages.start as *mut libc::c_void, pages.len(), libc::MADV_HUGEPAGE) };
}

#[cfg(not(target_os = "linux"))]
fn advise_huge_pages(_: std::ops::Range<usize>) {}
