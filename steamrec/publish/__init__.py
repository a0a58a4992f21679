"""Publishing: runs, gates and the pointer that readers follow."""
