//! The allocator of the wheel: large columns lie in whole huge pages of 2 MiB.
//!
//! A new column of 20 MB otherwise causes 5,000 page faults, which take longer than computing its
//! averages. If only its middle were in huge pages, the small pages at its two ends would still
//! cost as much as all of the huge ones.
#![expect(unsafe_code, reason = "an allocator, and a system call that gives advice on memory")]

use std::alloc::{GlobalAlloc, Layout, System};

const HUGE_PAGE: usize = 2 << 20;
/// The size from which memory gets whole huge pages; rounding up wastes less than half of it. The
/// one page more that aligns them (see [`around_pages`]) is hardly touched.
const LARGE: usize = 2 * HUGE_PAGE;
/// The number of bytes before the huge pages. They hold the address that the system gave for the
/// memory. That address is a multiple of this number too.
const HEADER: usize = 16;

struct HugePages;

#[global_allocator]
static ALLOCATOR: HugePages = HugePages;

/// The system's memory for `layout`, if that is large: its huge pages, and one more to align them.
///
/// The system could align memory itself, but gives such memory back as soon as it is freed, and
/// does not reuse it.
fn around_pages(layout: Layout) -> Option<Layout> {
    let size = layout.size().checked_next_multiple_of(HUGE_PAGE)?.checked_add(HUGE_PAGE)?;
    let around = Layout::from_size_align(size, HEADER).ok()?;
    (layout.size() >= LARGE && layout.align() <= HUGE_PAGE).then_some(around)
}

/// Where the address of the system's memory is written, right before `pages`.
#[expect(clippy::cast_ptr_alignment, reason = "huge pages are aligned more than an address")]
fn header(pages: *mut u8) -> *mut *mut u8 {
    pages.cast::<*mut u8>().wrapping_sub(1)
}

// SAFETY: every call is forwarded to the system's allocator. Large memory is huge pages within
// memory of the system, which is one huge page larger. They begin `HEADER` bytes to one huge page
// after its start, so they and the address right before them lie within it.
unsafe impl GlobalAlloc for HugePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(around) = around_pages(layout) else {
            // SAFETY: the caller keeps the contract, which is the same.
            return unsafe { System.alloc(layout) };
        };
        // SAFETY: the size is not 0.
        let memory = unsafe { System.alloc(around) };
        if memory.is_null() {
            return memory;
        }
        let pages = memory.map_addr(|address| (address + HEADER).next_multiple_of(HUGE_PAGE));
        // SAFETY: header and pages lie in `memory`; advice changes no content, and may be refused.
        unsafe {
            header(pages).write(memory);
            #[cfg(target_os = "linux")]
            libc::madvise(pages.cast(), around.size() - HUGE_PAGE, libc::MADV_HUGEPAGE);
        }
        pages
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: `alloc` returned the memory for this layout, so it wrote the address.
        unsafe {
            match around_pages(layout) {
                Some(around) => System.dealloc(header(memory).read(), around),
                None => System.dealloc(memory, layout),
            }
        }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller ensures that the size fits the alignment.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        match (around_pages(layout), around_pages(wanted)) {
            // SAFETY: the caller keeps the contract, which is the same.
            (None, None) => unsafe { System.realloc(memory, layout, size) },
            (pages, wanted_pages) if pages == wanted_pages => memory,
            // SAFETY: both are at least as large as what is copied, and do not overlap; the old
            // memory is not used again.
            _ => unsafe {
                let moved = self.alloc(wanted);
                if !moved.is_null() {
                    moved.copy_from_nonoverlapping(memory, layout.size().min(size));
                    self.dealloc(memory, layout);
                }
                moved
            },
        }
    }
}
