// Package safetensors reads and writes the safetensors format for weights. A file has the
// length of a header in eight bytes (little endian), the header in JSON, and then the
// elements of every tensor: raw, little-endian, row-major and without gaps.
//
// Elements are read into the dtypes of package trace:
//
//	in the file     BOOL  U8  I8  U16 I16 I32  U32 I64  F16  BF16  F32  F64
//	as a Value      bool  u8  i8  i32          i64      f16  bf16  f32  f64
//
// All of these conversions are exact. Any other dtype (U64, F8_E4M3, complex numbers) is
// an error.
//
// A file may come from anywhere, so the package trusts nothing in it. It compares a
// claimed size with the bytes that are there before it allocates anything. No input
// panics. Reading takes time in proportion to the file, and at most four times the file
// and a megabyte of memory. A header has at most 100 MB, as in the format's own reader,
// and a shape at most 64 axes. The file must be a regular one. An error is one line that
// names the file and the tensor, and quotes at most 100 bytes of the file:
//
//	safetensors: vgg16.safetensors: tensor "features.0.weight": shape [64 3 3 3] of F32
//	needs 6912 bytes, data_offsets hold 6908
//
// A model may lie in several files, the shards, with an index in JSON beside them that
// says which tensor is where. [Read] reads all of them, given the index.
//
// Elements that are alike in the file and in memory (all but BOOL, U16, I16 and U32 on most
// machines) are read straight into the arrays of Values, so the file is not in memory
// beside them. Files are not mapped into memory. That would save a copy, which takes about
// a tenth of a second for 500 MB of memory that the process has already. But a Value must
// not change, and a mapped one changes with its file. If the file becomes shorter, the
// next use of a mapped Value ends the process. And the mapping could never be undone,
// because nothing says when the last Value is gone.
//
// The format: https://github.com/huggingface/safetensors.
package safetensors
