"""Other software that sends the same mails, each in processes of its own."""
