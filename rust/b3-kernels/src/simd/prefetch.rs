//! Prefetching: asks the processor to load memory that is read soon.
//!
//! The processor does so by itself while a column is read, but only to the end of a page, because
//! it must look up the next page's address: hence `prefetched_pages`. While averages are computed
//! from a copy of the closes, it prefetches nothing of the column: hence `prefetch_ahead`.

/// The bytes of a page.
const PAGE: usize = 4096;
/// The distance, in bytes, at which [`prefetch_ahead`] prefetches: more than the closes of most
/// series take, and less than the second-level cache.
const AHEAD: usize = 1 << 16;

/// `values` page by page. With each page a cache line two pages on is prefetched, so that the
/// address of that page is looked up in time.
#[inline(always)]
pub(crate) fn prefetched_pages<T>(values: &[T]) -> impl Iterator<Item = &[T]> {
    values.chunks(PAGE / size_of::<T>()).inspect(|page| prefetch(page.as_ptr().addr().wrapping_add(2 * PAGE)))
}

/// Prefetches the cache line [`AHEAD`] bytes after `values[row]`. A later series of the column lies
/// there.
#[inline(always)]
pub(crate) fn prefetch_ahead<T>(values: &[T], row: usize) {
    prefetch(values.as_ptr().addr().wrapping_add(row * size_of::<T>() + AHEAD));
}

/// Prefetches the cache line of an address, which need not exist.
#[inline(always)]
fn prefetch(address: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 has the instruction, and it changes nothing that the program can see.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T1>(std::ptr::without_provenance(address));
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
