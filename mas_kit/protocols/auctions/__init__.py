"""Auctions: English, Dutch, first-price and second-price sealed bids, double, assignment, sequential."""

from mas_kit.protocols.auctions.assignment import (
    Assignment,
    AssignmentAuctioneer,
    AssignmentBidder,
    PriceBid,
    Prices,
    best_bid,
)
from mas_kit.protocols.auctions.double import DoubleAuctioneer, Trader
from mas_kit.protocols.auctions.dutch import DutchAuctioneer, DutchBidder
from mas_kit.protocols.auctions.english import EnglishAuctioneer, EnglishBidder
from mas_kit.protocols.auctions.orders import Order, Quotes, Trade, View
from mas_kit.protocols.auctions.parties import Lot, Sale
from mas_kit.protocols.auctions.sealed_bid import (
    FirstPriceAuctioneer,
    FirstPriceBidder,
    VickreyAuctioneer,
    VickreyBidder,
)
from mas_kit.protocols.auctions.sequential import (
    Allocation,
    ItemBid,
    Remaining,
    SequentialAuctioneer,
    SequentialBidder,
)

__all__ = [
    "Allocation",
    "Assignment",
    "AssignmentAuctioneer",
    "AssignmentBidder",
    "DoubleAuctioneer",
    "DutchAuctioneer",
    "DutchBidder",
    "EnglishAuctioneer",
    "EnglishBidder",
    "FirstPriceAuctioneer",
    "FirstPriceBidder",
    "ItemBid",
    "Lot",
    "Order",
    "PriceBid",
    "Prices",
    "Quotes",
    "Remaining",
    "Sale",
    "SequentialAuctioneer",
    "SequentialBidder",
    "Trade",
    "Trader",
    "VickreyAuctioneer",
    "VickreyBidder",
    "View",
    "best_bid",
]
