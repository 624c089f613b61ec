"""What others would send the same mails with, each in processes of its own."""
