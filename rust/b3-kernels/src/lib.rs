//! b3-kernels
