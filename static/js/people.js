// Completes names of people in a message.
