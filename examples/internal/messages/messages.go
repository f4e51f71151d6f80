// Package messages holds the page of all error messages, in testdata/messages.golden. A
// test makes each mistake of a list and compares the library's messages with the page.
package messages
