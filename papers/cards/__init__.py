"""Share cards: the pictures that chats and networks show beside a link to a paper."""
