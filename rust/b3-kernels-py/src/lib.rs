//! b3-kernels-py
