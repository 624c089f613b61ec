"""Share cards of editions: the pictures that chats and networks show beside a link to one."""
