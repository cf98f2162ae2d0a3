// The proof of work before a message is sent.
