"""What a model wrote for one answer, and how it stood the checks."""

from dataclasses import dataclass, field

from assistant.protocols import Piece
from assistant.types import Claim, Thought, Token


@dataclass(slots=True)
class Draft:
    """What a model wrote, and how it stood the checks."""

    model: str = ""
    text: str = ""
    thinking: str = ""
    tokens: int = 0
    tokens_thought: int = 0
    claims: list[Claim] = field(default_factory=list)
    asked_larger: bool = False
    larger_failed: str = ""

    def add(self, piece: Piece) -> Thought | Token:
        """Take the next piece, and return the event that tells it."""
        if piece.takes_back:
            self.thinking, self.text = self.thinking + self.text, ""
            self.tokens_thought, self.tokens = self.tokens_thought + self.tokens, 0
        if piece.thinking:
            self.thinking += piece.text
            self.tokens_thought += piece.tokens
            return Thought(piece.text, piece.takes_back)
        self.text += piece.text
        self.tokens += piece.tokens
        return Token(piece.text)
